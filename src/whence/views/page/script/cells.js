import { preferences } from "./preferences.js";

/** Cells by name, as in `dW1[3,5]`; those of a later training step as in `2:dW1[3,5]`. */
export function cellName({ array, index }) {
  return index.length ? `${array}[${index.join(",")}]` : array;
}

export function fragment(cell) {
  return `#${cell.trace ? `${cell.trace + 1}:` : ""}${cellName(cell)}`;
}

/** The name of a cell as it is displayed: with samples as columns, the indices of a matrix change places. */
export function displayedName({ trace, array, index }) {
  const turned = preferences.columns && index.length === 2 ? [...index].reverse() : index;
  return fragment({ trace, array, index: turned }).slice(1);
}

/** The cell that a fragment names, or null if there is none like it. */
export function parseFragment(hash, lesson) {
  const match = decoded(hash).match(/^#?(?:(\d+):)?([^[\]]+)(?:\[([\d,\s]*)\])?$/);
  if (!match) return null;
  const trace = match[1] ? Number(match[1]) - 1 : 0;
  const array = lesson.traces[trace]?.arrays.get(match[2]);
  const index = match[3] ? match[3].split(",").map(Number) : [];
  if (!array) return null;
  if (!match[3]) index.push(...array.shape.map(() => 0));
  const inside = index.length === array.shape.length && index.every((place, axis) => place < array.shape[axis]);
  return inside ? { trace, array: array.name, index } : null;
}

function decoded(hash) {
  try {
    return decodeURIComponent(hash);
  } catch {
    return hash;
  }
}

export function offsetOf(array, index) {
  return index.reduce((total, place, axis) => total + place * array.strides[axis], 0);
}

export function indexOf(array, offset) {
  return array.strides.map((step, axis) => Math.floor(offset / step) % array.shape[axis]);
}

export function sameCell(one, other) {
  return one.trace === other.trace && one.array === other.array && one.index.join() === other.index.join();
}
