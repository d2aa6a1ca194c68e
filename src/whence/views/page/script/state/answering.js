import { exercise } from "./page_data.js";
import { change } from "./state.js";

/** @import { Blank } from "../core/exercise.js" */

/** @typedef {[blank: number, entered: string, tolerance: number]} Answer */

const KEPT = `whence ${location.pathname} ${exercise?.seed}`;

/** Enters again what the reader had answered when the page was loaded anew. */
export function answerAsBefore() {
  if (!exercise) return; // Storage is slow to open.
  for (const [blank, entered, tolerance] of keptAnswers()) {
    if (exercise.blanks[blank]) exercise.judge(exercise.blanks[blank], entered, tolerance);
  }
}

/** @returns {Answer[]} */
function keptAnswers() {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT) ?? "[]");
  } catch {
    return []; // A page in a frame without an origin has no storage.
  }
}

/** @param {Answer} given */
function keep(given) {
  try {
    sessionStorage.setItem(KEPT, JSON.stringify([...keptAnswers(), given]));
  } catch {
    // As above.
  }
}

/**
 * Enters a number for a blank of the exercise.
 *
 * @param {Blank} blank
 * @param {string} entered
 * @param {number} tolerance
 */
export function answer(blank, entered, tolerance) {
  exercise?.judge(blank, entered, tolerance);
  keep([exercise?.blanks.indexOf(blank) ?? -1, entered, tolerance]);
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
