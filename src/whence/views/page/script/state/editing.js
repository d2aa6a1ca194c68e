import { recording } from "./page_data.js";
import { change } from "./state.js";

/** @import { Edit } from "../core/recording.js" */

/**
 * Changes a number, and what follows from it.
 *
 * @param {Edit} made
 */
export function edit(made) {
  recording.edit(made);
  change();
}

/** Goes back to the recorded numbers. */
export function resetEdits() {
  recording.reset();
  change();
}
