import { preferences } from "../../../browser/script/preferences.js";
import { Slice } from "../core/slice.js";
import { state } from "./state.js";

/** @import { TracedArray } from "../core/traced_array.js" */

/**
 * The slice of an array that lies on the screen where one of its cells does.
 *
 * @param {TracedArray} array
 * @param {number[]} index
 */
export function sliceAt(array, index) {
  return new Slice(array, index, preferences.columns, state.axes[array.name]);
}
