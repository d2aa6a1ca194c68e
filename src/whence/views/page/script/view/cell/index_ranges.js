/** @import { Pattern } from "../../core/uses.js" */

/** @typedef {(number[] | null)[]} Box For every axis the places on it, or `null` for all of them. */

/**
 * Cells that patterns stand for, put together.
 *
 * @param {Pattern[]} patterns
 */
export function boxesOf(patterns) {
  /** @type {Box[]} */
  let found = patterns.map((pattern) => pattern.map((place) => (place === null ? null : [place])));
  for (const axis of (patterns.at(0) ?? []).keys()) found = joinedAlong(found, axis);
  return found;
}

/**
 * @param {Box[]} boxes
 * @param {number} axis
 * @returns {Box[]}
 */
function joinedAlong(boxes, axis) {
  /** @type {Map<string, Box[]>} */
  const groups = new Map();
  for (const box of boxes) {
    const elsewhere = JSON.stringify(box.filter((_, other) => other !== axis));
    groups.set(elsewhere, [...(groups.get(elsewhere) ?? []), box]);
  }
  return [...groups.values()].map((group) => {
    const along = united(group.map((box) => box[axis]));
    return group[0].map((places, other) => (other === axis ? along : places));
  });
}

/** @param {Box} lists */
function united(lists) {
  const places = lists.filter((list) => list !== null);
  if (places.length < lists.length) return null;
  return [...new Set(places.flat())].sort((one, other) => one - other);
}

/**
 * Places on an axis in short: `3`, `3–7`, or `{0,2,4}`.
 *
 * @param {number[]} places
 */
export function rangeText(places) {
  const [first, last] = [places[0], places[places.length - 1]];
  if (first === last) return String(first);
  if (last - first === places.length - 1) return `${first}–${last}`;
  return `{${(places.length > 4 ? [...places.slice(0, 2), "…", last] : places).join()}}`;
}

/**
 * At most `limit` of the cells in a box, in order.
 *
 * @param {number[][]} box
 * @param {number} limit
 */
export function cellsIn(box, limit) {
  /** @type {number[][]} */
  const cells = [];
  /** @param {number[]} index */
  const extend = (index) => {
    if (index.length === box.length) cells.push(index);
    else for (const place of box[index.length]) if (cells.length < limit) extend([...index, place]);
  };
  extend([]);
  return cells;
}
