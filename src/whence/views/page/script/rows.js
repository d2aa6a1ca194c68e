import { dependsOn } from "./expressions.js";
import { FUNCTIONS, OPERATIONS } from "./functions.js";
import { productAlong, runAlong } from "./runs.js";
import { strides } from "./unpack.js";

/** What finding a run costs, and a step to a number that is far away, in products of numbers next to each other. */
const LOCATING = 100;
const FAR = 16;

/**
 * A formula, ready to be evaluated row by row.
 *
 * A row holds the numbers along one of the target's axes, the last that is longer than one and is not stepped along.
 * Every node becomes a function that returns its row while all other indices stay as they are.
 */
export class Rows {
  #formula;
  #axes;
  #index = null;
  #length = 1;
  #apart = 0;
  #compute;

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

  /** Computes an array, or what lies at one place on the axis that is stepped along. */
  fill(values, place = 0) {
    this.#fillFrom(0, 0, values, place);
    return values;
  }

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

  #varies(node) {
    return this.#index !== null && dependsOn(node, this.#index);
  }

  #compile(node) {
    if (!this.#varies(node)) return this.#constant(node);
    switch (node[0]) {
      case "entry":
        return this.#entry(node);
      case "operation":
        return this.#elementwise(OPERATIONS[node[1]], [node[2], node[3]]);
      case "call":
        return this.#elementwise(FUNCTIONS[node[1]], node[2]);
      case "reduction":
        return this.#isDot(node) ? this.#oneByOne(node) : this.#reduction(node);
    }
    return this.#oneByOne(node);
  }

  #constant(node) {
    const [row, value] = [this.#row(), this.#formula.compile(node)];
    return () => row.fill(value());
  }

  #entry(node) {
    const run = runAlong(this.#formula, node, this.#index);
    if (!run) return this.#oneByOne(node);
    const row = this.#row();
    return () => {
      copy(row, run);
      return row;
    };
  }

  #oneByOne(node) {
    const [row, value] = [this.#row(), this.#formula.compile(node)];
    const [at, slot] = [this.#formula.at, this.#formula.slot(this.#index)];
    return () => {
      for (let place = 0; place < row.length; place++) {
        at[slot] = place;
        row[place] = value();
      }
      return row;
    };
  }

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

  /** A function that adds a node to a row, or takes the larger of both, number by number. */
  #including(row, kind, node) {
    if (this.#varies(node) && node[0] === "reduction" && node[1] === kind && !this.#isDot(node)) {
      return this.#includingAll(row, node);
    }
    const multiple = kind === "Sum" ? this.#multiple(node) : null;
    if (multiple) return () => addMultiple(row, multiple.factor(), multiple.run);
    const term = this.#compile(node);
    return kind === "Sum" ? () => add(row, term()) : () => enlarge(row, term());
  }

  #includingAll(row, [, kind, index, body]) {
    const [at, slot, extent] = [this.#formula.at, this.#formula.slot(index), this.#formula.extent(index)];
    const include = this.#including(row, kind, body);
    return () => {
      const before = at[slot];
      for (let value = 0; value < extent; value++) {
        at[slot] = value;
        include();
      }
      at[slot] = before;
    };
  }

  /** A product of one number and a run, if a node is that along the row. */
  #multiple(node) {
    if (node[0] !== "operation" || node[1] !== "*") return null;
    const [factor, other] = this.#varies(node[2]) ? [node[3], node[2]] : [node[2], node[3]];
    const run = this.#varies(factor) ? null : runAlong(this.#formula, other, this.#index);
    return run && { factor: this.#formula.compile(factor), run };
  }

  /** Whether a reduction is a sum of products that is cheaper to find number by number than for a row at once. */
  #isDot([, kind, index, body]) {
    const product = kind === "Sum" ? productAlong(this.#formula, body, index) : null;
    const multiple = this.#multiple(body);
    const cost = (runs, length) =>
      LOCATING / length + runs.reduce((total, { step }) => total + Math.min(Math.abs(step), FAR), 0);
    if (!product || !multiple) return product !== null;
    return cost(product, this.#formula.extent(index)) < cost([multiple.run], this.#length);
  }

  #row() {
    return new Float64Array(this.#length);
  }
}

/** Adds a multiple of a run to the row of numbers at its places. */
function addMultiple(row, factor, run) {
  run.locate();
  const { values, step, from, to } = run;
  let here = run.start + from * step;
  for (let place = from; place < to; place++) {
    row[place] += factor * values[here];
    here += step;
  }
}

/** Copies a run into a row, with zeros where it is outside its array. */
function copy(row, run) {
  run.locate();
  const { values, step, from, to } = run;
  let here = run.start + from * step;
  row.fill(0, 0, from);
  for (let place = from; place < to; place++) {
    row[place] = values[here];
    here += step;
  }
  row.fill(0, to);
}

function add(row, values) {
  for (let place = 0; place < row.length; place++) row[place] += values[place];
}

/** Raises the numbers of a row to those of another that are larger. */
function enlarge(row, values) {
  for (let place = 0; place < row.length; place++) row[place] = Math.max(row[place], values[place]);
}
