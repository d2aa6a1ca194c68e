import { indexOf } from "../../core/arrays.js";

/**
 * @import { Slice } from "../../core/slice.js"
 * @import { Marks } from "./marks.js"
 * @import { Sizes } from "./sizes.js"
 */

/**
 * @typedef {{ top: number, left: number, bottom: number, right: number }} Crop The rows and columns of a part.
 * @typedef {[row: number, column: number]} Place
 */

const NAMES_IN_PLACE_OF_A_NUMBER = 2;
const WIDEST = 7;

/**
 * Whether all of a slice fits into one table.
 *
 * @param {Slice} slice
 * @param {Sizes} sizes
 */
export function isSmall(slice, sizes) {
  return slice.rows <= sizes.table && slice.columns <= sizes.table;
}

/**
 * The part of a slice that is shown as numbers: all of it, or one with the cells at work in its middle.
 *
 * @param {Slice} slice
 * @param {Marks} marks
 * @param {Sizes} sizes
 * @returns {Crop}
 */
export function cropOf(slice, marks, sizes) {
  if (isSmall(slice, sizes)) return { top: 0, left: 0, bottom: slice.rows, right: slice.columns };
  const places = placesAtWork(slice, marks);
  const rows = places.map(([row]) => row);
  const columns = places.map(([, column]) => column);
  const { window } = sizes;
  const across = slice.array.valueNames ? NAMES_IN_PLACE_OF_A_NUMBER * window.columns : window.columns;
  const down = slice.columns === 1 ? Math.max(sizes.table, window.rows) : window.rows;
  const [top, bottom] = span(rows, slice.row(), slice.rows, down);
  const [left, right] = span(columns, slice.column(), slice.columns, across);
  return { top, left, bottom, right };
}

/**
 * The row and the column of a cell, or null if it is in another slice.
 *
 * @param {Slice} slice
 * @param {number} offset
 * @returns {Place | null}
 */
export function placeIn(slice, offset) {
  const index = indexOf(slice.array, offset);
  return slice.held.every((axis) => index[axis] === slice.index[axis]) ? [slice.row(index), slice.column(index)] : null;
}

/**
 * @param {Slice} slice
 * @param {Marks} marks
 */
function placesAtWork(slice, { active, sources }) {
  const offsets = active >= 0 ? [active] : [...sources];
  return offsets.map((offset) => placeIn(slice, offset)).filter((place) => place !== null);
}

/**
 * Where a part of an axis begins and ends: around all places at work if they are few, or else around one.
 *
 * @param {number[]} places
 * @param {number} one
 * @param {number} length
 * @param {number} least
 */
function span(places, one, length, least) {
  const [first, last] = places.reduce(
    ([low, high], place) => [Math.min(low, place), Math.max(high, place)],
    places.length ? [Infinity, 0] : [one, one],
  );
  const fit = last - first < Math.max(WIDEST, least);
  const width = fit ? Math.max(least, last - first + 1) : least;
  const middle = fit ? (first + last) / 2 : one;
  const start = Math.max(0, Math.min(Math.ceil(middle - width / 2), length - width));
  return [start, Math.min(length, start + width)];
}
