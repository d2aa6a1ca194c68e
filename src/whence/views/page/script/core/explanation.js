import { offsetOf } from "./arrays.js";
import { sourcesOf, tellingSources } from "./sources.js";
import { placeOf } from "./steps.js";
import { arrayIn } from "./traces.js";

/**
 * @import { Formula } from "./evaluation.js"
 * @import { TracedArray } from "./traced_array.js"
 * @import { Cell, Step, Trace } from "./types.js"
 */

/**
 * One cell explained: all that the page says of where a number came from.
 *
 * @typedef {object} Explanation
 * @property {Cell} cell
 * @property {Trace} trace The training step that it is in.
 * @property {Step} step The step of the computation that its array belongs to.
 * @property {number} part Which part of that step.
 * @property {TracedArray} array
 * @property {number} offset The place of the cell among the numbers of its array.
 * @property {Formula | null} formula What makes its array, or null if it is given.
 * @property {Map<string, Set<number>>} sources The offsets of the cells that it is made from, by array.
 * @property {Map<string, number>} telling One source in each array, the most telling.
 */

/**
 * @param {Trace} trace
 * @param {Cell} cell
 * @returns {Explanation}
 */
export function explain(trace, cell) {
  const array = arrayIn(trace.arrays, cell.array);
  const formula = trace.formulas.get(cell.array) ?? null;
  return {
    cell,
    trace,
    ...placeOf(trace, cell.array),
    array,
    offset: offsetOf(array, cell.index),
    formula,
    sources: formula ? sourcesOf(formula, trace.read, cell.index) : new Map(),
    telling: formula ? tellingSources(formula, trace.read, cell.index) : new Map(),
  };
}
