/** @import { Cell, Trace } from "./types.js" */

/**
 * The name of a cell, as in `dW1[3,5]`; that of one of a later training step as in `2:dW1[3,5]`.
 *
 * @param {{ trace: number, array: string, index: (number | string)[] }} cell
 */
export function cellName({ trace, array, index }) {
  return `${trace ? `${trace + 1}:` : ""}${array}${index.length ? `[${index.join()}]` : ""}`;
}

/**
 * What the address of the page ends in where a cell is on show.
 *
 * @param {Cell} cell
 */
export function fragment(cell) {
  return `#${cellName(cell)}`;
}

/**
 * The cell that a fragment names, or null if there is none like it.
 *
 * @param {string} hash
 * @param {Trace[]} traces
 * @returns {Cell | null}
 */
export function parseFragment(hash, traces) {
  const match = decoded(hash).match(/^#?(?:(\d+):)?([^[\]]+)(?:\[([\d,\s]*)\])?$/);
  if (!match) return null;
  const trace = match[1] ? Number(match[1]) - 1 : 0;
  const array = traces[trace]?.arrays.get(match[2]);
  if (!array) return null;
  const index = match[3] ? match[3].split(",").map(Number) : [];
  if (!match[3]) index.push(...array.shape.map(() => 0));
  const inside = index.length === array.shape.length && index.every((place, axis) => place < array.shape[axis]);
  return inside ? { trace, array: array.name, index } : null;
}

/** @param {string} hash */
function decoded(hash) {
  try {
    return decodeURIComponent(hash);
  } catch {
    return hash;
  }
}

/**
 * @param {Cell} one
 * @param {Cell} other
 */
export function isSameCell(one, other) {
  return one.trace === other.trace && one.array === other.array && one.index.join() === other.index.join();
}
