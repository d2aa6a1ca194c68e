import { decode } from "../../../browser/script/base64.js";
import { indexOf, offsetOf } from "./arrays.js";
import { arrayIn } from "./traces.js";

/**
 * @import { TracedArray } from "./traced_array.js"
 * @import { Cell, PackedExercise, Trace } from "./types.js"
 */

/** @typedef {{ array: TracedArray, offset: number, blank: Blank | null, number: number }} Hidden */

/** How near two numbers are that show each other, and sizes that so many numbers have that they show nothing. */
const ALIKE = 1e-6;
const EVERYWHERE = [0, 1];

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
    this.#hidden = Object.entries(hidden)
      .flatMap(([name, offsets]) => offsets.map((offset) => ({ array: arrayIn(trace.arrays, name), offset })))
      .map((place, at) => ({ ...place, number: decoded[at], blank: this.blankAt(place.array.name, place.offset) }));
    for (const { blank, number } of this.#hidden) if (blank) blank.answer = number;
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
    if (blank.verdict === "right") this.#show();
  }

  /** Shows the blanks that are found, and whatever else can be computed now and gives none of the others away. */
  #show() {
    const open = this.blanks.filter(({ verdict }) => verdict !== "right").map(({ answer }) => Math.abs(answer));
    const isTelling = (/** @type {number} */ number) =>
      open.some((size) => Math.abs(Math.abs(number) - size) <= ALIKE * size && !EVERYWHERE.includes(size));
    const isReady = (/** @type {Hidden} */ { array, offset, blank, number }) =>
      blank ? blank.verdict === "right" : !isTelling(number) && !Number.isNaN(this.#evaluated(array, offset));
    for (let found = true; found; ) {
      found = false;
      for (const place of this.#hidden) {
        const { array, offset, number } = place;
        if (Number.isNaN(array.recorded[offset]) && isReady(place)) {
          array.recorded[offset] = number;
          found = true;
        }
      }
    }
  }

  /**
   * What the numbers on show come to at a place.
   *
   * @param {TracedArray} array
   * @param {number} offset
   */
  #evaluated(array, offset) {
    const formula = this.#trace.formulas.get(array.name);
    if (!formula) return NaN;
    formula.bind(this.#trace.read, indexOf(array, offset));
    return formula.compile(formula.expression)();
  }

  /** @param {Cell} cell */
  #offset({ array, index }) {
    return offsetOf(arrayIn(this.#trace.arrays, array), index);
  }
}
