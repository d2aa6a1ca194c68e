import { offsetOf } from "./arrays.js";
import { arrayIn, decode } from "./traces.js";

/** @import { Cell, PackedExercise, Trace } from "./types.js" */

const ALIKE = 1e-6;

/**
 * A cell that the reader is to compute.
 *
 * @typedef {object} Blank
 * @property {Cell} cell
 * @property {number} answer
 * @property {string} entered What the reader has entered last.
 * @property {"open" | "wrong" | "right"} verdict
 * @property {boolean} hinted Whether the reader has asked for the formula with its numbers.
 */

/** Cells along one chain that the reader computes; each number shows on the page when it has been found. */
export class Exercise {
  #trace;
  /** @type {{ array: string, offset: number, blank: Blank, number: number }[]} */
  #hidden;

  /**
   * @param {PackedExercise} packed
   * @param {Trace} trace
   */
  constructor({ seed, solved, blanks, hidden, numbers }, trace) {
    const decoded = new Float64Array(decode(numbers));
    this.#trace = trace;
    this.seed = seed;
    this.solved = solved;
    /** @type {Blank[]} */
    this.blanks = blanks.map(({ array, index }) => ({
      cell: { trace: trace.number, array, index },
      answer: NaN,
      entered: "",
      verdict: solved ? "right" : "open",
      hinted: false,
    }));
    this.#hidden = hidden.map((place, at) => ({ ...place, blank: this.blanks[place.blank], number: decoded[at] }));
    for (const { array, offset, number } of this.#hidden) {
      const blank = this.blankAt(array, offset);
      if (blank) blank.answer = number;
    }
  }

  /**
   * The blank at a place of an array, if there is one.
   *
   * @param {string} array
   * @param {number} offset
   */
  blankAt(array, offset) {
    return this.blanks.find(({ cell }) => cell.array === array && this.#offset(cell) === offset) ?? null;
  }

  /**
   * Judges what the reader has entered, and shows a number that is right.
   *
   * @param {Blank} blank
   * @param {string} entered
   * @param {number} tolerance
   */
  judge(blank, entered, tolerance) {
    const value = Number(entered.trim().replace("−", "-").replace(",", ".") || NaN);
    blank.entered = entered;
    blank.verdict = Math.abs(value - blank.answer) <= tolerance * (1 + 1e-9) ? "right" : "wrong";
    if (blank.verdict === "right") this.#show(blank);
  }

  /**
   * Shows the number of a blank there, and what would give it away when no other blank has a number of its size.
   *
   * @param {Blank} found
   */
  #show(found) {
    const size = Math.abs(found.answer);
    const isAlike = (/** @type {Blank} */ blank) => Math.abs(Math.abs(blank.answer) - size) <= ALIKE * size;
    const isLast = this.blanks.every((blank) => blank.verdict === "right" || !isAlike(blank));
    for (const { array, offset, blank, number } of this.#hidden) {
      const own = this.blankAt(array, offset);
      if (own ? own === found : isLast && isAlike(blank)) arrayIn(this.#trace.arrays, array).recorded[offset] = number;
    }
  }

  /** @param {Cell} cell */
  #offset({ array, index }) {
    return offsetOf(arrayIn(this.#trace.arrays, array), index);
  }
}
