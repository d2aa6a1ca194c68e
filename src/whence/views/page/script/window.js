import { indexOf } from "./cells.js";
import { room } from "./room.js";

const WIDTH = { numbers: 5, names: 10 };
const WIDEST = 7;

/** Whether all of a plane fits into one table. */
export function isSmall(plane) {
  return plane.rows <= room.largestTable && plane.columns <= room.largestTable;
}

/** The part of a plane that is shown as numbers: all of it, or a window with the cells at work in its middle. */
export function windowOf(plane, marks) {
  if (isSmall(plane)) return { top: 0, left: 0, bottom: plane.rows, right: plane.columns };
  const places = placesAtWork(plane, marks);
  const rows = places.map(([row]) => row);
  const columns = places.map(([, column]) => column);
  const across = plane.array.valueNames ? WIDTH.names : WIDTH.numbers;
  const down = plane.columns === 1 ? room.largestTable : WIDTH.numbers;
  const [top, bottom] = span(rows, plane.row(), plane.rows, down);
  const [left, right] = span(columns, plane.column(), plane.columns, across);
  return { top, left, bottom, right };
}

/** The row and the column of a cell, or nothing if it is in another slice. */
export function placeIn(plane, offset) {
  const index = indexOf(plane.array, offset);
  return plane.held.every((axis) => index[axis] === plane.index[axis]) ? [plane.row(index), plane.column(index)] : [];
}

function placesAtWork(plane, { active, sources }) {
  const offsets = active >= 0 ? [active] : [...(sources ?? [])];
  return offsets.map((offset) => placeIn(plane, offset)).filter((place) => place.length);
}

/** Where a window on an axis begins and ends: around all places at work if they are few, or else around one. */
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
