/**
 * @typedef {{ low: number, high: number, isLogarithmic?: boolean }} Range
 *
 * @typedef {object} Scale Where numbers lie on an axis.
 * @property {(value: number) => number} place From 0 at the low end to 1 at the high end, and beyond.
 * @property {number[]} ticks Round numbers.
 */

const ROUND = [1, 2, 5, 10];

/**
 * The least and the greatest of some numbers; on a logarithmic axis, of those above zero.
 *
 * @param {Iterable<number>} values
 * @param {boolean} isLogarithmic
 * @returns {Range}
 */
export function rangeOf(values, isLogarithmic = false) {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (!Number.isFinite(value) || (isLogarithmic && value <= 0)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return { low: 0, high: 1, isLogarithmic: false };
  if (low < high) return { low, high, isLogarithmic };
  if (isLogarithmic) return { low: low / 2, high: high * 2, isLogarithmic };
  return low === 0 ? { low, high: 1 } : { low: low - Math.abs(low), high: high + Math.abs(high) };
}

/**
 * @param {Range} range
 * @param {number} most The most ticks for which there is room.
 * @returns {Scale}
 */
export function scaleOf({ low, high, isLogarithmic }, most) {
  if (!isLogarithmic) return { place: (value) => (value - low) / (high - low), ticks: roundNumbers(low, high, most) };
  const [from, to] = [Math.log10(low), Math.log10(high)];
  return { place: (value) => (Math.log10(value) - from) / (to - from), ticks: powers(from, to, most) };
}

/** @type {(low: number, high: number, most: number) => number[]} */
function roundNumbers(low, high, most) {
  const rough = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * (ROUND.find((round) => round * power >= rough) ?? 10);
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: count }, (_, place) => Number(((first + place) * step).toPrecision(12)));
}

/** @type {(from: number, to: number, most: number) => number[]} */
function powers(from, to, most) {
  const within = (/** @type {number[]} */ factors, /** @type {number} */ by) => {
    const found = [];
    for (let exponent = Math.floor(from); exponent <= to; exponent += by) {
      for (const factor of factors) {
        const tick = Number(`${factor}e${exponent}`);
        if (Math.log10(tick) >= from - 1e-9 && Math.log10(tick) <= to + 1e-9) found.push(tick);
      }
    }
    return found;
  };
  const choices = [within([1, 2, 5], 1), within([1, 3], 1), within([1], 1), within([1], 2), within([1], 3)];
  const fitting = choices.find((ticks) => ticks.length <= most) ?? within([1], 6);
  return fitting.length > 1 ? fitting : roundNumbers(10 ** from, 10 ** to, most);
}
