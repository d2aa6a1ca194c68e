import { recording } from "./page_data.js";

/**
 * @file How a cell is written, and which one is meant by what is written.
 *
 * @import { Cell } from "../core/types.js"
 */

/**
 * What keeps a text from being the name of a cell, and what is to be said of it.
 *
 * @typedef {{ trouble: "form" | "step" | "array" | "rank" | "place", values: Record<string, string | number> }} Unread
 */

/**
 * The name of a cell, as in `dW1[3,5]`; that of one of a later training step, here the 852nd, as in `852:dW1[3,5]`.
 *
 * @param {{ trace: number, array: string, index: (number | string)[] }} cell
 */
export function cellName({ trace, array, index }) {
  return `${trace ? `${recording.stepNumber(trace)}:` : ""}${array}${index.length ? `[${index.join()}]` : ""}`;
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
 */
export function parseFragment(hash) {
  const read = readCell(decoded(hash).replace(/^#/, ""));
  return "trouble" in read ? null : read;
}

/**
 * The cell that is written, the first of its array if there is no index, or what keeps it from being one.
 *
 * @param {string} written
 * @param {number} here The place of the training step that is meant where none is written.
 * @param {(items: number[]) => number[]} inOrder Puts what belongs to axes into the order of writing, and back.
 * @returns {Cell | Unread}
 */
export function readCell(written, here = 0, inOrder = (items) => items) {
  const match = written.trim().match(/^(?:(\d+):)?\s*([^[\]]+?)\s*(?:\[([\d,\s]*)\])?$/);
  if (!match) return { trouble: "form", values: { written } };
  const [, step, name, list] = match;
  const trace = step ? Number(step) - recording.stepNumber(0) : here;
  if (!recording.traces[trace]) {
    const [first, last] = [recording.stepNumber(0), recording.stepNumber(recording.traces.length - 1)];
    return { trouble: "step", values: { step, first, last } };
  }
  const array = recording.traces[trace].arrays.get(name);
  if (!array) return { trouble: "array", values: { name } };
  const shape = inOrder(array.shape);
  const index = list?.trim() ? list.split(",").map(Number) : shape.map(() => 0);
  if (index.length !== shape.length) {
    return { trouble: "rank", values: { name, expected: shape.length, found: index.length } };
  }
  const outside = index.findIndex((place, axis) => place >= shape[axis]);
  if (outside >= 0) {
    return { trouble: "place", values: { name, place: index[outside], axis: outside + 1, last: shape[outside] - 1 } };
  }
  return { trace, array: name, index: inOrder(index) };
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
