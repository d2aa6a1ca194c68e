import { fragment, parseFragment } from "../state/cells.js";
import { arrayIn } from "../core/traces.js";
import { choose, stay, traceNow } from "../state/navigation.js";
import { move, moveToEnd, togglePlay } from "../state/playback.js";
import { sliceAt } from "../state/slices.js";
import { state } from "../state/state.js";
import { focusGoTo } from "./cell/go_to.js";
import { isHelpOpen, showHelp } from "./help.js";

/** @import { Cell } from "../core/types.js" */

/** @type {Record<string, [down: number, right: number]>} */
const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/**
 * What keys do: in a table they go from cell to cell, elsewhere from step to step.
 *
 * @param {KeyboardEvent} event
 */
export function onKey(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || isHelpOpen()) return;
  const at = event.target instanceof Element ? event.target : document.body;
  if (at.closest("input, select, textarea")) return;
  const tableCell = at.closest("td[data-key]");
  if (event.code === "KeyG") focusGoTo(); // where that key is in every alphabet
  const isKnown =
    event.code === "KeyG" ||
    (tableCell instanceof HTMLElement ? tableKey(event.key, tableCell) : pageKey(event.key, at));
  if (isKnown) event.preventDefault();
}

/**
 * @param {string} key
 * @param {Element} at
 * @returns {boolean} Whether the key has a meaning.
 */
function pageKey(key, at) {
  if (key === "ArrowRight") move(1);
  else if (key === "ArrowLeft") move(-1);
  else if (key === "Home") moveToEnd(false);
  else if (key === "End") moveToEnd(true);
  else if (key === " " && !at.closest("button, a, summary")) togglePlay();
  else if (key === "?") showHelp();
  else return false;
  return true;
}

/**
 * In a table the arrows go from cell to cell, and Enter asks the cell where it came from.
 *
 * @param {string} key
 * @param {HTMLElement} td
 * @returns {boolean} Whether the key has a meaning.
 */
function tableKey(key, td) {
  const name = td.dataset.key ?? "";
  const cell = parseFragment(name);
  if (!cell) return false;
  if (key === "Enter" || key === " ") choose(cell, { focus: name });
  else if (key === "Home" || key === "End" || key === "?") return pageKey(key, td);
  else if (key in ARROWS) {
    const [down, right] = ARROWS[key];
    const [row, column] = [Number(td.dataset.row) + down, Number(td.dataset.column) + right];
    const slice = sliceAt(arrayIn(traceNow().arrays, cell.array), cell.index);
    if (row >= 0 && column >= 0 && row < slice.rows && column < slice.columns) {
      walkTo({ ...cell, index: slice.cell(row, column) }, td, row, column);
    }
  } else return false;
  return true;
}

/**
 * Where the active cell lies, it moves along with the arrows; elsewhere only the focus moves.
 *
 * @param {Cell} cell
 * @param {HTMLElement} td
 * @param {number} row
 * @param {number} column
 */
function walkTo(cell, td, row, column) {
  if (cell.array === state.cell.array) {
    stay(cell, { focus: fragment(cell) });
    return;
  }
  const neighbour = td.closest("table")?.querySelector(`td[data-row="${row}"][data-column="${column}"]`);
  if (neighbour instanceof HTMLElement) neighbour.focus();
}
