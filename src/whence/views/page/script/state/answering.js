import { exercise } from "./page_data.js";
import { change } from "./state.js";

/** @import { Blank } from "../core/exercise.js" */

/**
 * Enters a number for a blank of the exercise.
 *
 * @param {Blank} blank
 * @param {string} entered
 * @param {number} tolerance
 */
export function answer(blank, entered, tolerance) {
  exercise?.judge(blank, entered, tolerance);
  change();
}

/**
 * Shows the formula of a blank with its numbers.
 *
 * @param {Blank} blank
 */
export function showHint(blank) {
  blank.hinted = true;
  change();
}
