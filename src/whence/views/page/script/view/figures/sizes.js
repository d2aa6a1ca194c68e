import { state } from "../../state/state.js";
import { byId } from "../dom.js";

/** @import { Cell } from "../../core/types.js" */

/**
 * How large a figure may be.
 *
 * @typedef {object} Sizes
 * @property {boolean} compact Whether the figure that is filled stands beside those that it is made from.
 * @property {number} table The most rows and columns of a table that is shown whole.
 * @property {{ width: number, height: number }} images
 * @property {{ width: number, height: number }} map
 */

/** @type {Sizes[]} */
const FROM_LARGE_TO_SMALL = [
  { compact: false, table: 16, images: { width: 360, height: 280 }, map: { width: 340, height: 180 } },
  { compact: true, table: 8, images: { width: 300, height: 180 }, map: { width: 300, height: 140 } },
  { compact: true, table: 6, images: { width: 300, height: 100 }, map: { width: 240, height: 90 } },
];

/** What was measured last, and under which circumstances: it is kept, so that nothing jumps from cell to cell. */
let measured = { circumstances: "", sizes: FROM_LARGE_TO_SMALL[0] };

/**
 * Draws the figures of a cell's array as large as they can be seen all at once, or else as small as they go.
 *
 * @param {Cell} cell
 * @param {(sizes: Sizes) => void} draw
 */
export function drawToFit({ trace, array }, draw) {
  const circumstances = JSON.stringify([trace, array, innerWidth, innerHeight, state.preferences]);
  if (circumstances === measured.circumstances) {
    draw(measured.sizes);
    return;
  }
  for (const sizes of FROM_LARGE_TO_SMALL) {
    measured = { circumstances, sizes };
    document.querySelector("main")?.classList.toggle("compact", sizes.compact);
    draw(sizes);
    if (areInSight()) return;
  }
}

/** Whether all figures end above the panel of the cell where the page is not scrolled. */
function areInSight() {
  const bottom = byId("figures").getBoundingClientRect().bottom + scrollY;
  return bottom <= innerHeight - byId("cell").offsetHeight;
}
