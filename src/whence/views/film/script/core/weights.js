/** @import { FirstLayer } from "./types.js" */

/**
 * Where the weights of a first layer lie in their pictures; a matrix is a single one.
 *
 * @typedef {{ tiles: number, height: number, width: number, channels: number }} Tiling
 * @typedef {{ tile: number, row: number, column: number }} Place
 */

/**
 * @param {FirstLayer} layer
 * @returns {Tiling}
 */
export function tilingOf({ kind, weights: { shape } }) {
  if (kind === "matrix") return { tiles: 1, height: shape[0], width: shape[1], channels: 1 };
  return { tiles: shape[0], height: shape[1], width: shape[2], channels: shape[3] };
}

/**
 * The name of the weight at a place, that of the first channel.
 *
 * @param {FirstLayer} layer
 * @param {Place} place
 */
export function weightAt({ name, kind, shape, weights }, { tile, row, column }) {
  if (kind === "kernels") return cellName(name, [row, column, 0, tile]);
  if (kind === "matrix") return cellName(name, [...unravelled(row, shape.slice(0, -1)), column]);
  const [, , width, channels] = weights.shape;
  return cellName(name, [(row * width + column) * channels, tile]);
}

/**
 * The offset in a frame of a weight by its name; −1 if it has none, or is not in the frame.
 *
 * @param {FirstLayer} layer
 * @param {string} cell
 */
export function offsetOfWeight({ name, kind, shape, weights }, cell) {
  const index = indexIn(cell, name, shape);
  if (!index) return -1;
  const [rows, tile] = [index.slice(0, -1), /** @type {number} */ (index.at(-1))];
  const row = ravelled(rows, shape.slice(0, -1));
  const [tiles, height] = weights.shape;
  if (kind === "matrix") return row < tiles && tile < height ? row * height + tile : -1;
  return tile < tiles ? (tile * weights.size) / tiles + row : -1;
}

/**
 * The place of an offset in the pictures.
 *
 * @param {Tiling} tiling
 * @param {number} offset
 * @returns {Place}
 */
export function placeOfOffset({ height, width, channels }, offset) {
  const pixel = Math.floor(offset / channels);
  return {
    tile: Math.floor(pixel / (height * width)),
    row: Math.floor(pixel / width) % height,
    column: pixel % width,
  };
}

/**
 * The name of a cell, however it was typed: `W1[406,5]`; null if it is none of the parameter.
 *
 * @param {FirstLayer} layer
 * @param {string} typed
 */
export function readWeight({ name, shape }, typed) {
  const index = indexIn(typed, name, shape);
  return index && cellName(name, index);
}

/** @type {(name: string, index: number[]) => string} */
function cellName(name, index) {
  return `${name}[${index.join()}]`;
}

/**
 * @param {string} cell
 * @param {string} name
 * @param {number[]} shape
 */
function indexIn(cell, name, shape) {
  const [, array, list] = /^\s*(\S+?)\s*\[([\d\s,]+)\]\s*$/.exec(cell) ?? [];
  const index = list?.split(",").map(Number) ?? [];
  const fits = array === name && index.length === shape.length && index.every((at, axis) => at < shape[axis]);
  return fits ? index : null;
}

/** @type {(index: number[], shape: number[]) => number} */
function ravelled(index, shape) {
  return index.reduce((offset, at, axis) => offset * shape[axis] + at, 0);
}

/** @type {(offset: number, shape: number[]) => number[]} */
function unravelled(offset, shape) {
  return shape.map((length, axis) => {
    const step = shape.slice(axis + 1).reduce((product, each) => product * each, 1);
    return Math.floor(offset / step) % length;
  });
}
