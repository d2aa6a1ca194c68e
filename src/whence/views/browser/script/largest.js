/**
 * The largest size of any finite number.
 *
 * @param {Float64Array} values
 */
export function largestOf(values) {
  let largest = 0;
  for (let place = 0; place < values.length; place++) {
    const size = Math.abs(values[place]);
    if (size > largest && size !== Infinity) largest = size;
  }
  return largest;
}
