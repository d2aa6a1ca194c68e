import { strides } from "./arrays.js";
import { dependsOn, withinFirst } from "./expressions.js";
import { FUNCTIONS, OPERATIONS } from "./functions.js";
import { productAlong, vectorAlong } from "./strided_vectors.js";

/**
 * @import { Formula } from "./evaluation.js"
 * @import { Entry, Expression, Index, Reduction } from "./expressions.js"
 * @import { StridedVector } from "./strided_vectors.js"
 */

/** @typedef {() => Float64Array} RowFunction Computes a row of numbers, always into the same place. */

/** What finding a vector costs, and a stride to a number far away, in products of numbers next to each other. */
const LOCATING = 100;
const FAR = 16;

/**
 * A formula, ready to be evaluated row by row.
 *
 * A row holds the numbers along one of the target's axes, the last that is longer than one and is not stepped along.
 * Every node becomes a function that returns its row while all other indices stay as they are.
 */
export class RowEvaluation {
  #formula;
  #axes;
  /** @type {Index | null} */
  #index = null;
  #length = 1;
  #apart = 0;
  #compute;

  /**
   * @param {Formula} formula
   * @param {number | null} stepped
   */
  constructor(formula, stepped = null) {
    this.#formula = formula;
    const apart = strides(formula.shape);
    this.#axes = formula.indices.map((index, axis) => ({
      slot: formula.slot(index),
      length: formula.shape[axis],
      apart: apart[axis],
      role: axis === stepped ? "stepped" : "outer",
    }));
    const along = this.#axes.findLastIndex(({ length, role }) => length > 1 && role === "outer");
    if (along >= 0) {
      this.#index = formula.indices[along];
      this.#axes[along].role = "row";
      this.#length = formula.shape[along];
      this.#apart = apart[along];
    }
    this.#compute = this.#compile(formula.expression);
  }

  /**
   * Computes an array, or what lies at one place on the axis that is stepped along.
   *
   * @param {Float64Array} values
   */
  fill(values, place = 0) {
    this.#fillFrom(0, 0, values, place);
    return values;
  }

  /**
   * @param {number} axis
   * @param {number} start
   * @param {Float64Array} values
   * @param {number} place
   */
  #fillFrom(axis, start, values, place) {
    if (axis === this.#axes.length) {
      const row = this.#compute();
      for (let number = 0, to = start; number < row.length; number++, to += this.#apart) values[to] = row[number];
      return;
    }
    const { slot, length, apart, role } = this.#axes[axis];
    const { at } = this.#formula;
    if (role === "row") this.#fillFrom(axis + 1, start, values, place);
    else if (role === "stepped") {
      at[slot] = place;
      this.#fillFrom(axis + 1, start + place * apart, values, place);
    } else {
      for (let value = 0; value < length; value++) {
        at[slot] = value;
        this.#fillFrom(axis + 1, start + value * apart, values, place);
      }
    }
  }

  /** @param {Expression} node */
  #varies(node) {
    return this.#index !== null && dependsOn(node, this.#index);
  }

  /**
   * @param {Expression} node
   * @returns {RowFunction}
   */
  #compile(node) {
    if (this.#index === null || !this.#varies(node)) return this.#constant(node);
    switch (node[0]) {
      case "entry":
        return this.#entry(node, this.#index);
      case "operation":
        return this.#elementwise(OPERATIONS[node[1]], [node[2], node[3]]);
      case "call":
        return this.#elementwise(FUNCTIONS[node[1]], node[2]);
      case "reduction":
        return this.#isDot(node) || !this.#isRowwise(node) ? this.#oneByOne(node, this.#index) : this.#reduction(node);
    }
    return this.#oneByOne(node, this.#index);
  }

  /**
   * @param {Expression} node
   * @returns {RowFunction}
   */
  #constant(node) {
    const [row, value] = [this.#row(), this.#formula.compile(node)];
    return () => row.fill(value());
  }

  /**
   * @param {Entry} node
   * @param {Index} index
   * @returns {RowFunction}
   */
  #entry(node, index) {
    const vector = vectorAlong(this.#formula, node, index);
    if (!vector) return this.#oneByOne(node, index);
    const row = this.#row();
    return () => {
      copy(row, vector);
      return row;
    };
  }

  /**
   * @param {Expression} node
   * @param {Index} index
   * @returns {RowFunction}
   */
  #oneByOne(node, index) {
    const [row, value] = [this.#row(), this.#formula.compile(node)];
    const [at, slot] = [this.#formula.at, this.#formula.slot(index)];
    return () => {
      for (let place = 0; place < row.length; place++) {
        at[slot] = place;
        row[place] = value();
      }
      return row;
    };
  }

  /**
   * @param {(...operands: number[]) => number} compute
   * @param {Expression[]} operands
   * @returns {RowFunction}
   */
  #elementwise(compute, operands) {
    const [first, second] = operands.map((operand) => this.#compile(operand));
    const row = this.#row();
    if (!second) {
      return () => {
        const values = first();
        for (let place = 0; place < row.length; place++) row[place] = compute(values[place]);
        return row;
      };
    }
    return () => {
      const [left, right] = [first(), second()];
      for (let place = 0; place < row.length; place++) row[place] = compute(left[place], right[place]);
      return row;
    };
  }

  /**
   * @param {Reduction} node
   * @returns {RowFunction}
   */
  #reduction(node) {
    const row = this.#row();
    const include = this.#including(row, node[1], node);
    const start = node[1] === "Sum" ? 0 : -Infinity;
    return () => {
      row.fill(start);
      include();
      return row;
    };
  }

  /**
   * A function that adds a node to a row, or takes the larger of both, number by number.
   *
   * @param {Float64Array} row
   * @param {Reduction[1]} kind
   * @param {Expression} node
   * @returns {() => void}
   */
  #including(row, kind, node) {
    if (this.#varies(node) && node[0] === "reduction" && node[1] === kind && this.#isRowwise(node)) {
      if (!this.#isDot(node)) return this.#includingAll(row, node);
    }
    const multiple = kind === "Sum" ? this.#multiple(node) : null;
    if (multiple) return () => addMultiple(row, multiple.factor(), multiple.vector);
    const term = this.#compile(node);
    return kind === "Sum" ? () => add(row, term()) : () => enlarge(row, term());
  }

  /**
   * @param {Float64Array} row
   * @param {Reduction} node
   * @returns {() => void}
   */
  #includingAll(row, node) {
    const [, kind, [index], body, where] = node;
    const [at, slot, extent] = [this.#formula.at, this.#formula.slot(index), this.#formula.extent(index)];
    const inner = withinFirst(node);
    const conditions = inner === body ? where.map((condition) => this.#formula.compile(condition)) : [];
    const include = this.#including(row, kind, inner);
    return () => {
      const before = at[slot];
      for (let value = 0; value < extent; value++) {
        at[slot] = value;
        if (conditions.every((holds) => holds())) include();
      }
      at[slot] = before;
    };
  }

  /**
   * A product of one number and a vector, if a node is that along the row.
   *
   * @param {Expression} node
   */
  #multiple(node) {
    if (node[0] !== "operation" || node[1] !== "*" || this.#index === null) return null;
    const [factor, other] = this.#varies(node[2]) ? [node[3], node[2]] : [node[2], node[3]];
    const vector = this.#varies(factor) ? null : vectorAlong(this.#formula, other, this.#index);
    return vector && { factor: this.#formula.compile(factor), vector };
  }

  /**
   * Whether the same terms of a reduction enter all numbers of a row.
   *
   * @param {Reduction} node
   */
  #isRowwise([, kind, , , where]) {
    return kind !== "ArgMax" && !where.some((condition) => this.#varies(condition));
  }

  /**
   * Whether a reduction is a sum of products that is cheaper to find number by number than for a row at once.
   *
   * @param {Reduction} node
   */
  #isDot([, kind, [index, ...others], body, where]) {
    const single = kind === "Sum" && !others.length && !where.length;
    const product = single ? productAlong(this.#formula, body, index) : null;
    const multiple = this.#multiple(body);
    /** @type {(vectors: StridedVector[], length: number) => number} */
    const cost = (vectors, length) =>
      LOCATING / length + vectors.reduce((total, { stride }) => total + Math.min(Math.abs(stride), FAR), 0);
    if (!product || !multiple) return product !== null;
    return cost(product, this.#formula.extent(index)) < cost([multiple.vector], this.#length);
  }

  #row() {
    return new Float64Array(this.#length);
  }
}

/**
 * Adds a multiple of a vector to the row of numbers at its places.
 *
 * @param {Float64Array} row
 * @param {number} factor
 * @param {StridedVector} vector
 */
function addMultiple(row, factor, vector) {
  vector.locate();
  const { values, stride, from, to } = vector;
  let here = vector.start + from * stride;
  for (let place = from; place < to; place++) {
    row[place] += factor * values[here];
    here += stride;
  }
}

/**
 * Copies a vector into a row, with zeros where it is outside its array.
 *
 * @param {Float64Array} row
 * @param {StridedVector} vector
 */
function copy(row, vector) {
  vector.locate();
  const { values, stride, from, to } = vector;
  let here = vector.start + from * stride;
  row.fill(0, 0, from);
  for (let place = from; place < to; place++) {
    row[place] = values[here];
    here += stride;
  }
  row.fill(0, to);
}

/**
 * @param {Float64Array} row
 * @param {Float64Array} values
 */
function add(row, values) {
  for (let place = 0; place < row.length; place++) row[place] += values[place];
}

/**
 * Raises the numbers of a row to those of another that are larger.
 *
 * @param {Float64Array} row
 * @param {Float64Array} values
 */
function enlarge(row, values) {
  for (let place = 0; place < row.length; place++) row[place] = Math.max(row[place], values[place]);
}
