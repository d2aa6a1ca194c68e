import { byId } from "../../../../browser/script/dom.js";
import { preferences } from "../../../../browser/script/preferences.js";
import { isNarrow } from "../../../../browser/script/screen.js";
import { state } from "../../state/state.js";

/** @import { Cell } from "../../core/types.js" */

/**
 * How large a figure may be.
 *
 * @typedef {object} Sizes
 * @property {boolean} compact Whether the figure that is filled stands beside those that it is made from.
 * @property {number} table The most rows and columns of a table that is shown whole.
 * @property {{ rows: number, columns: number }} window The part that is shown of a larger one.
 * @property {{ width: number, height: number }} images
 * @property {{ width: number, height: number }} map
 */

/** @type {Sizes[]} */
const FROM_SMALL_TO_LARGE = [
  level(false, 16, [5, 5], [360, 280], [340, 180]),
  level(false, 16, [8, 7], [400, 280], [380, 180]),
  level(false, 16, [13, 10], [540, 280], [540, 200]),
];

/** @type {Sizes[]} */
const COMPACT_FROM_LARGE_TO_SMALL = [
  level(true, 10, [9, 8], [400, 220], [400, 160]),
  level(true, 8, [7, 6], [300, 180], [300, 140]),
  level(true, 8, [5, 5], [300, 180], [300, 140]),
  level(true, 6, [5, 5], [300, 100], [240, 90]),
];

/**
 * @param {boolean} compact
 * @param {number} table
 * @param {[rows: number, columns: number]} window
 * @param {[width: number, height: number]} images
 * @param {[width: number, height: number]} map
 * @returns {Sizes}
 */
function level(compact, table, [rows, columns], images, map) {
  const box = (/** @type {[number, number]} */ [width, height]) => ({ width, height });
  return { compact, table, window: { rows, columns }, images: box(images), map: box(map) };
}

/** What was measured last, and under which circumstances: it is kept, so that nothing jumps from cell to cell. */
let measured = { circumstances: "", sizes: FROM_SMALL_TO_LARGE[0] };

/**
 * Draws the figures of a cell's array as large as they can be seen all at once, or else as small as they go; on a
 * narrow screen at once as small as they go.
 *
 * @param {Cell} cell
 * @param {(sizes: Sizes) => void} draw
 */
export function drawToFit({ trace, array }, draw) {
  const circumstances = JSON.stringify([trace, array, innerWidth, innerHeight, preferences, state.axes]);
  const drawIn = (/** @type {Sizes} */ sizes) => {
    measured = { circumstances, sizes };
    document.querySelector("main")?.classList.toggle("compact", sizes.compact);
    draw(sizes);
  };
  if (circumstances === measured.circumstances) draw(measured.sizes);
  else if (isNarrow()) drawIn(COMPACT_FROM_LARGE_TO_SMALL.slice(-1)[0]);
  else if (!drawLarge(drawIn)) drawCompact(drawIn);
}

/**
 * Draws the figures as large as they fit, from the smallest on: what is too large takes longest to lay out.
 *
 * @param {(sizes: Sizes) => void} draw
 * @returns {boolean} Whether they fit at all.
 */
function drawLarge(draw) {
  for (const [place, sizes] of FROM_SMALL_TO_LARGE.entries()) {
    if (place && !areWindowsInSight(sizes.window.rows)) return true;
    draw(sizes);
    if (areInSight()) continue;
    if (place) draw(FROM_SMALL_TO_LARGE[place - 1]);
    return place > 0;
  }
  return true;
}

/** @param {(sizes: Sizes) => void} draw */
function drawCompact(draw) {
  for (const sizes of COMPACT_FROM_LARGE_TO_SMALL) {
    draw(sizes);
    if (areInSight()) return;
  }
}

/** Whether all figures end above the panel of the cell where the page is not scrolled, and no window is cut off. */
function areInSight() {
  const figures = byId("figures");
  const windows = [...figures.querySelectorAll(".scroller:has(.cropped)")];
  return endsAbovePanel(figures) && windows.every(({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth + 1);
}

/**
 * Whether all windows would still end above the panel of the cell if they had so many rows, and all else stayed.
 *
 * @param {number} rows
 */
function areWindowsInSight(rows) {
  /** @type {NodeListOf<HTMLTableElement>} */
  const windows = byId("figures").querySelectorAll(".cropped");
  return [...windows].every((table) => {
    const [body] = table.tBodies;
    const more = Math.min(rows, Number(table.dataset.rows)) - body.rows.length;
    return endsAbovePanel(table, more * body.rows[0].offsetHeight);
  });
}

/** @param {HTMLElement} drawn */
function endsAbovePanel(drawn, growth = 0) {
  return drawn.getBoundingClientRect().bottom + growth + scrollY <= innerHeight - byId("cell").offsetHeight;
}
