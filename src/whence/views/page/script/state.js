import { fragment, parseFragment, sameCell } from "./cells.js";

/**
 * Where the reader is: one cell, and the cells passed on the way to it.
 *
 * The address bar names the cell, and the browser's history keeps the way, so that its Back goes back too.
 */
export const state = {
  lesson: null,
  cell: null,
  trail: [],
  filledTo: null,
  expanded: false,
  shown: {},
  reveal: true,
};

let draw = () => {};

export function startAt(lesson, first, render) {
  state.lesson = lesson;
  draw = render;
  state.cell = parseFragment(location.hash, lesson) ?? first;
  addEventListener("popstate", () => {
    const cell = parseFragment(location.hash, lesson);
    if (cell) arrive(cell, history.state?.trail ?? [], null, true);
  });
  redraw();
}

/** The training step that the reader is in. */
export function traceNow() {
  return state.lesson.traces[state.cell.trace];
}

export function redraw() {
  draw(state);
}

/** Goes to a cell with nothing behind it, as the player does. */
export function jump(cell, { filledTo = null, remember = true } = {}) {
  record(cell, [], remember);
  arrive(cell, [], filledTo);
}

/** Goes from the present cell to another one, so that the way leads back. */
export function follow(cell) {
  if (sameCell(cell, state.cell)) return;
  const passed = state.trail.findIndex((earlier) => sameCell(earlier, cell));
  const trail = passed >= 0 ? state.trail.slice(0, passed) : [...state.trail, state.cell];
  record(cell, trail, true);
  arrive(cell, trail, null, true);
}

/** Goes to another cell of the same array, the way to it unchanged. */
export function stay(cell) {
  record(cell, state.trail, false);
  arrive(cell, state.trail, null, true);
}

function arrive(cell, trail, filledTo = null, reveal = false) {
  Object.assign(state, { cell, trail, filledTo, reveal, expanded: false, shown: {} });
  redraw();
}

function record(cell, trail, remember) {
  try {
    history[remember ? "pushState" : "replaceState"]({ trail }, "", fragment(cell));
  } catch {
    // A page in a frame without an address has no history of its own.
  }
}
