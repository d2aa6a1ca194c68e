import { preferences } from "../../../browser/script/preferences.js";
import { placeOf } from "../core/steps.js";
import { arrayIn } from "../core/traces.js";
import { firstCell, jump, traceNow } from "./navigation.js";
import { recording } from "./page_data.js";
import { sliceAt } from "./slices.js";
import { change, state } from "./state.js";

/** @import { Step } from "../core/types.js" */

const MOST_CELLS = 48;

/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/** Lets the clock run while the page is playing; to be called after every change. */
export function keepTime() {
  if (state.playing) timer ??= setTimeout(tick, 1000 / preferences.pace);
  else {
    clearTimeout(timer);
    timer = undefined;
  }
}

function tick() {
  timer = undefined;
  advance();
}

/** The place of the part on show among those of all training steps. */
export function partNow() {
  const { trace: number, array } = state.cell;
  const place = recording.parts.findIndex(({ trace, arrays }) => trace.number === number && arrays.includes(array));
  if (place >= 0) return place;
  const { step } = placeOf(traceNow(), array);
  return recording.parts.findIndex((part) => part.step === step);
}

/**
 * Goes to the first cell of a part by its place; beyond the ends, nowhere.
 *
 * @param {number} place
 * @param {Parameters<typeof jump>[1]} options
 */
function goTo(place, options = {}) {
  const part = recording.parts[place];
  if (part) jump(firstCell(part.trace, part.arrays[0]), options);
  return Boolean(part);
}

/** @param {number} by */
export function move(by) {
  if (!goTo(partNow() + by)) pause();
}

/** @param {boolean} last */
export function moveToEnd(last) {
  goTo(last ? recording.parts.length - 1 : 0);
}

/** @param {Step} step */
export function moveToStep(step) {
  jump(firstCell(traceNow(), step.parts[0][0]));
}

export function pause() {
  if (state.playing) change({ playing: false });
}

/** Fills the arrays cell by cell from where the reader is, part after part, until the end or a pause. */
export function togglePlay() {
  if (state.playing) pause();
  else change({ playing: true, filledTo: isComputed() ? (state.filledTo ?? sliceNow().position()) : state.filledTo });
}

function isComputed() {
  return traceNow().formulas.has(state.cell.array);
}

function sliceNow() {
  const { array, index } = state.cell;
  return sliceAt(arrayIn(traceNow().arrays, array), index);
}

function advance() {
  const slice = sliceNow();
  const count = slice.rows * slice.columns;
  const next = slice.position() + Math.max(1, Math.floor(count / MOST_CELLS));
  if (isComputed() && next < count) {
    const index = slice.cell(Math.floor(next / slice.columns), next % slice.columns);
    jump({ ...state.cell, index }, { filledTo: next, playing: true, remember: false });
  } else if (!goTo(partNow() + 1, { filledTo: 0, playing: true })) pause();
}
