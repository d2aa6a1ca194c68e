import { dependsOn } from "./expressions.js";
import { FUNCTIONS, OPERATIONS } from "./functions.js";
import { addMultiple, copy, productAlong, runAlong } from "./runs.js";
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
        return this.#reduction(node);
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
    const [, kind, index, body] = node;
    const multiple = kind === "Sum" ? this.#multiple(body) : null;
    const product = kind === "Sum" ? productAlong(this.#formula, body, index) : null;
    if (product && (!multiple || this.#isCheaper(product, index, multiple))) return this.#oneByOne(node);
    const row = this.#row();
    const [at, slot, extent] = [this.#formula.at, this.#formula.slot(index), this.#formula.extent(index)];
    const include = multiple
      ? () => addMultiple(row, multiple.factor(), multiple.run)
      : this.#including(row, kind, body);
    return () => {
      const before = at[slot];
      row.fill(kind === "Sum" ? 0 : -Infinity);
      for (let value = 0; value < extent; value++) {
        at[slot] = value;
        include();
      }
      at[slot] = before;
      return row;
    };
  }

  #including(row, kind, body) {
    const term = this.#compile(body);
    const sums = kind === "Sum";
    return () => {
      const values = term();
      for (let place = 0; place < row.length; place++) {
        row[place] = sums ? row[place] + values[place] : Math.max(row[place], values[place]);
      }
    };
  }

  /** A product of one number and a run, if a node is that along the row. */
  #multiple(node) {
    if (node[0] !== "operation" || node[1] !== "*") return null;
    const [factor, other] = this.#varies(node[2]) ? [node[3], node[2]] : [node[2], node[3]];
    const run = this.#varies(factor) ? null : runAlong(this.#formula, other, this.#index);
    return run && { factor: this.#formula.compile(factor), run };
  }

  /** Whether it is cheaper to sum the products of two runs for one number after the other than for a row at once. */
  #isCheaper(product, index, { run }) {
    const cost = (runs, length) =>
      LOCATING / length + runs.reduce((total, { step }) => total + Math.min(Math.abs(step), FAR), 0);
    return cost(product, this.#formula.extent(index)) < cost([run], this.#length);
  }

  #row() {
    return new Float64Array(this.#length);
  }
}
