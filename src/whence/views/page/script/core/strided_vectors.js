import { strides } from "./arrays.js";
import { dependsOn, key } from "./expressions.js";

/**
 * @import { Formula } from "./evaluation.js"
 * @import { Entry, Expression, Index, Subscript } from "./expressions.js"
 */

/**
 * An entry of an array as one index of a formula runs: `values[start + stride · place]`.
 *
 * That holds where `from ≤ place < to`; at all other places the entry is outside the array, and zero.
 */
export class StridedVector {
  #axes;
  #at;
  #slot;
  #length;

  /**
   * @param {Formula} formula
   * @param {Entry} entry
   * @param {Index} index
   */
  constructor(formula, [, name, subscripts], index) {
    const lengths = formula.shapes(name);
    const apart = strides(lengths);
    this.#axes = subscripts.map((subscript, axis) => ({
      place: formula.subscript(subscript),
      speed: speedOf(subscript, index),
      length: lengths[axis],
      apart: apart[axis],
    }));
    this.#at = formula.at;
    this.#slot = formula.slot(index);
    this.#length = formula.extent(index);
    this.table = formula.table(name);
    this.stride = this.#axes.reduce((total, axis) => total + axis.speed * axis.apart, 0);
    this.start = this.from = this.to = 0;
  }

  get values() {
    return this.table.values;
  }

  /** Finds where the vector lies while all other indices stay as they are. */
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

  /**
   * @param {number} from
   * @param {number} to
   */
  #narrow(from, to) {
    if (from > this.from) this.from = from;
    if (to < this.to) this.to = to;
  }
}

/**
 * How many places on its axis a subscript moves when an index moves by one.
 *
 * @param {Subscript} subscript
 * @param {Index} index
 */
function speedOf(subscript, index) {
  if (subscript[0] !== "place") return 0;
  return subscript[1].reduce((total, [other, coefficient]) => total + (key(other) === key(index) ? coefficient : 0), 0);
}

/**
 * An entry as an index runs, or null if it is none, or if its places are not evenly apart.
 *
 * @param {Formula} formula
 * @param {Expression} node
 * @param {Index} index
 */
export function vectorAlong(formula, node, index) {
  /** @param {Subscript} subscript */
  const isEven = (subscript) => !dependsOn(subscript, index) || (subscript[0] === "place" && subscript[3] === 1);
  return node[0] === "entry" && node[2].every(isEven) ? new StridedVector(formula, node, index) : null;
}

/**
 * The two factors of a product as an index runs, or null if they are not both entries evenly apart.
 *
 * @param {Formula} formula
 * @param {Expression} node
 * @param {Index} index
 * @returns {[StridedVector, StridedVector] | null}
 */
export function productAlong(formula, node, index) {
  if (node[0] !== "operation" || node[1] !== "*") return null;
  const [left, right] = [vectorAlong(formula, node[2], index), vectorAlong(formula, node[3], index)];
  return left && right && [left, right];
}

/**
 * The sum of the products of two vectors.
 *
 * @param {StridedVector} one
 * @param {StridedVector} other
 */
export function dot(one, other) {
  one.locate();
  other.locate();
  const [left, right] = [one.values, other.values];
  const from = Math.max(one.from, other.from);
  const to = Math.min(one.to, other.to);
  const [stride, otherStride] = [one.stride, other.stride];
  let [here, there] = [one.start + from * stride, other.start + from * otherStride];
  let total = 0;
  for (let place = from; place < to; place++) {
    total += left[here] * right[there];
    here += stride;
    there += otherStride;
  }
  return total;
}
