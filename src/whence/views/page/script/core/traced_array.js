import { strides } from "./arrays.js";

/** @import { PackedArray } from "./types.js" */

/** An array of a trace, its numbers in double precision, row after row; they are unpacked when they are asked for. */
export class TracedArray {
  #unpack;
  /** @type {Float64Array | null} */
  #recorded = null;
  /**
   * What follows from the reader's edits, if anything: all numbers, and 1 where they are not those recorded.
   *
   * @type {{ values: Float64Array, changed: Uint8Array } | null}
   */
  edited = null;
  /**
   * What its values stand for, such as characters or classes.
   *
   * @type {string[] | null}
   */
  valueNames = null;
  /**
   * What the places on each axis stand for, such as columns.
   *
   * @type {(string[] | undefined)[]}
   */
  axisNames = [];

  /** Whether the numbers of a sample must add up to 1. */
  isDistribution = false;

  /**
   * @param {string} name
   * @param {PackedArray} packed
   * @param {string[]} letters The letters that its axes go by in formulas, or "".
   * @param {() => Float64Array} unpack
   */
  constructor(name, { shape, type }, letters, unpack) {
    this.name = name;
    this.shape = shape;
    this.strides = strides(shape);
    this.isInteger = type === "i4";
    this.letters = letters;
    this.#unpack = unpack;
  }

  /** The numbers of the training step. */
  get recorded() {
    this.#recorded ??= this.#unpack();
    return this.#recorded;
  }

  /** The numbers with all that follows from the reader's edits. */
  get values() {
    return this.edited?.values ?? this.recorded;
  }

  get changed() {
    return this.edited?.changed ?? null;
  }
}
