import { state } from "../../state/state.js";

/**
 * @import { Explanation } from "../../core/explanation.js"
 * @import { TracedArray } from "../../core/traced_array.js"
 */

/**
 * What is to be marked in the figure of an array.
 *
 * @typedef {object} Marks
 * @property {number} active The offset of the active cell, or −1 if it is in another array.
 * @property {ReadonlySet<number>} sources The offsets of the cells that the active one is made from.
 * @property {number | null} filledTo Up to which place the array is filled while it is played.
 */

/**
 * @param {Explanation} explanation
 * @param {TracedArray} array
 * @returns {Marks}
 */
export function marksOf(explanation, array) {
  const isActive = array === explanation.array;
  return {
    active: isActive ? explanation.offset : -1,
    sources: explanation.sources.get(array.name) ?? new Set(),
    filledTo: isActive && explanation.formula ? state.filledTo : null,
  };
}
