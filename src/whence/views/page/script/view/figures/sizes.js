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
const FROM_LARGE_TO_SMALL = [
  level(false, 16, [13, 10], [540, 280], [540, 200]),
  level(false, 16, [8, 7], [400, 280], [380, 180]),
  level(false, 16, [5, 5], [360, 280], [340, 180]),
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
let measured = { circumstances: "", sizes: FROM_LARGE_TO_SMALL[0] };

/**
 * Draws the figures of a cell's array as large as they can be seen all at once, or else as small as they go; on a
 * narrow screen at once as small as they go.
 *
 * @param {Cell} cell
 * @param {(sizes: Sizes) => void} draw
 */
export function drawToFit({ trace, array }, draw) {
  const circumstances = JSON.stringify([trace, array, innerWidth, innerHeight, preferences, state.axes]);
  if (circumstances === measured.circumstances) {
    draw(measured.sizes);
    return;
  }
  for (const sizes of isNarrow() ? FROM_LARGE_TO_SMALL.slice(-1) : FROM_LARGE_TO_SMALL) {
    measured = { circumstances, sizes };
    document.querySelector("main")?.classList.toggle("compact", sizes.compact);
    draw(sizes);
    if (areInSight()) return;
  }
}

/** Whether all figures end above the panel of the cell where the page is not scrolled, and no window is cut off. */
function areInSight() {
  const figures = byId("figures");
  const isAbove = figures.getBoundingClientRect().bottom + scrollY <= innerHeight - byId("cell").offsetHeight;
  const windows = [...figures.querySelectorAll(".scroller:has(.cropped)")];
  return isAbove && windows.every(({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth + 1);
}
