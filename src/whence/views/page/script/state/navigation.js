import { offsetOf } from "../core/arrays.js";
import { explain } from "../core/explanation.js";
import { fragment, isSameCell, parseFragment } from "./cells.js";
import { recording } from "./page_data.js";
import { change, state } from "./state.js";

/**
 * @file Where the reader goes. The address bar names the cell, and the browser's history keeps the trail, so that its
 * Back goes back too.
 *
 * @import { Cell, Trace } from "../core/types.js"
 * @import { Effects } from "../../../browser/script/changes.js"
 * @import { ViewState } from "./state.js"
 */

/**
 * Begins at the cell that the address names, or else at another, and follows the address from there.
 *
 * @param {Cell} first
 */
export function start(first) {
  addEventListener("popstate", () => {
    const cell = parseFragment(location.hash);
    if (cell) arrive(cell, history.state?.trail ?? []);
  });
  arrive(parseFragment(location.hash) ?? first, []);
}

/** The training step that the reader is in. */
export function traceNow() {
  return recording.traces[state.cell.trace];
}

/** The active cell explained. */
export function explanationNow() {
  return explain(traceNow(), state.cell);
}

/**
 * The first cell of an array.
 *
 * @param {Trace} trace
 * @param {string} array
 * @returns {Cell}
 */
export function firstCell(trace, array) {
  return { trace: trace.number, array, index: trace.arrays.get(array)?.shape.map(() => 0) ?? [] };
}

/**
 * Goes to a cell that was chosen: as a source, onward; in the same array, aside; anywhere else, afresh.
 *
 * @param {Cell} cell
 * @param {Effects} effects
 */
export function choose(cell, effects = {}) {
  const { sources } = explanationNow();
  const array = traceNow().arrays.get(cell.array);
  if (array && sources.get(cell.array)?.has(offsetOf(array, cell.index))) follow(cell, effects);
  else if (cell.array === state.cell.array) stay(cell, effects);
  else jump(cell, { effects });
}

/**
 * Goes to a cell with nothing behind it, as the player does.
 *
 * @param {Cell} cell
 * @param {{ filledTo?: number | null, playing?: boolean, remember?: boolean, effects?: Effects }} options
 */
export function jump(cell, { filledTo = null, playing = false, remember = true, effects = {} } = {}) {
  record(cell, [], remember);
  arrive(cell, [], effects, { filledTo, playing });
}

/**
 * Goes from the active cell to another one, so that the trail leads back.
 *
 * @param {Cell} cell
 * @param {Effects} effects
 */
export function follow(cell, effects = {}) {
  if (isSameCell(cell, state.cell)) {
    change({ playing: false });
    return;
  }
  const passed = state.trail.findIndex((earlier) => isSameCell(earlier, cell));
  const trail = passed >= 0 ? state.trail.slice(0, passed) : [...state.trail, state.cell];
  record(cell, trail, true);
  arrive(cell, trail, effects);
}

/**
 * Goes to another cell of the same array, the trail to it unchanged.
 *
 * @param {Cell} cell
 * @param {Effects} effects
 */
export function stay(cell, effects = {}) {
  record(cell, state.trail, false);
  arrive(cell, state.trail, effects);
}

/**
 * @param {Cell} cell
 * @param {Cell[]} trail
 * @param {Effects} effects
 * @param {Partial<ViewState>} changes
 */
function arrive(cell, trail, effects = {}, changes = {}) {
  change({ cell, trail, playing: false, filledTo: null, expanded: false, slices: {}, ...changes }, effects);
}

/**
 * @param {Cell} cell
 * @param {Cell[]} trail
 * @param {boolean} remember Whether Back is to lead to where the reader is now.
 */
function record(cell, trail, remember) {
  try {
    history[remember ? "pushState" : "replaceState"]({ trail }, "", fragment(cell));
  } catch {
    // A page in a frame without an address has no history of its own.
  }
}
