import { dependsOn, key } from "./expressions.js";
import { strides } from "./unpack.js";

/**
 * An entry of an array as one index of a formula runs: `values[start + step · place]`.
 *
 * That holds where `from ≤ place < to`; at all other places the entry is outside the array, and zero.
 */
export class Run {
  #axes;
  #at;
  #slot;
  #length;

  constructor(formula, [, name, subscripts], index) {
    const lengths = formula.shapes(name);
    const apart = strides(lengths);
    this.#axes = subscripts.map((subscript, axis) => ({
      place: formula.subscript(subscript),
      speed: speed(subscript, index),
      length: lengths[axis],
      apart: apart[axis],
    }));
    this.#at = formula.at;
    this.#slot = formula.slot(index);
    this.#length = formula.extent(index);
    this.table = formula.table(name);
    this.step = this.#axes.reduce((total, axis) => total + axis.speed * axis.apart, 0);
    this.start = this.from = this.to = 0;
  }

  get values() {
    return this.table.values;
  }

  /** Finds where the run lies while all other indices stay as they are. */
  locate() {
    this.#at[this.#slot] = 0;
    this.start = this.from = 0;
    this.to = this.#length;
    for (const { place, speed, length, apart } of this.#axes) {
      const first = place();
      this.start += first * apart;
      if (speed > 0) this.#narrow(Math.ceil(-first / speed), Math.ceil((length - first) / speed));
      else if (speed < 0) this.#narrow(Math.floor((first - length) / -speed) + 1, Math.floor(first / -speed) + 1);
      else if (!(first >= 0 && first < length) || !Number.isInteger(first)) this.to = 0;
    }
    if (this.to <= this.from) this.start = this.from = this.to = 0;
  }

  #narrow(from, to) {
    if (from > this.from) this.from = from;
    if (to < this.to) this.to = to;
  }
}

/** How many places on its axis a subscript moves when an index moves by one. */
function speed(subscript, index) {
  if (!dependsOn(subscript, index)) return 0;
  return subscript[1].reduce((total, [other, coefficient]) => total + (key(other) === key(index) ? coefficient : 0), 0);
}

/** An entry as an index runs, or null if it is none, or if its places are not evenly apart. */
export function runAlong(formula, node, index) {
  const isEven = (subscript) => !dependsOn(subscript, index) || (subscript[0] === "place" && subscript[3] === 1);
  return node[0] === "entry" && node[2].every(isEven) ? new Run(formula, node, index) : null;
}

/** The two factors of a product as an index runs, or null if they are not both entries evenly apart. */
export function productAlong(formula, node, index) {
  if (node[0] !== "operation" || node[1] !== "*") return null;
  const runs = [runAlong(formula, node[2], index), runAlong(formula, node[3], index)];
  return runs.every(Boolean) ? runs : null;
}

/** The sum of the products of two runs. */
export function dot(one, other) {
  one.locate();
  other.locate();
  const [left, right] = [one.values, other.values];
  const from = Math.max(one.from, other.from);
  const to = Math.min(one.to, other.to);
  const [step, otherStep] = [one.step, other.step];
  let [here, there] = [one.start + from * step, other.start + from * otherStep];
  let total = 0;
  for (let place = from; place < to; place++) {
    total += left[here] * right[there];
    here += step;
    there += otherStep;
  }
  return total;
}
