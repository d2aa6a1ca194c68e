/** @typedef {{ shape: number[], strides: number[] }} ArrayLayout How numbers in a row are an array. */

/**
 * How far apart in memory neighbours on each axis are.
 *
 * @param {number[]} shape
 */
export function strides(shape) {
  /** @type {number[]} */
  const steps = new Array(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    steps[axis] = step;
    step *= shape[axis];
  }
  return steps;
}

/** @param {number[]} shape */
export function sizeOf(shape) {
  return shape.reduce((product, length) => product * length, 1);
}

/**
 * The place of an entry among an array's numbers.
 *
 * @param {ArrayLayout} array
 * @param {number[]} index
 */
export function offsetOf(array, index) {
  return index.reduce((total, place, axis) => total + place * array.strides[axis], 0);
}

/**
 * The index of the entry at a place among an array's numbers.
 *
 * @param {ArrayLayout} array
 * @param {number} offset
 */
export function indexOf(array, offset) {
  return array.strides.map((step, axis) => Math.floor(offset / step) % array.shape[axis]);
}
