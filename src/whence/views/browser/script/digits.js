/** @file How numbers are written, and with how many digits: the rule of `whence.formula.digits`. */

import { largestOf } from "./largest.js";

const MOST_DIGITS = { single: 9, double: 17 };
const MOST_MORE = 3;
const MOST_ALONE = 32;
const NEARLY_HALF = 0.49;
const CLEARLY = 0.99;
const MUCH = 0.02;
const ROUNDING = 2 ** -50;

/**
 * @typedef {(numbers: number[]) => number} Evaluate Computes a result from the numbers in an expression.
 * @typedef {{ exponent: number, decimals: number }} TableForm Of the power of ten, and of each number.
 */

/**
 * A number in significant digits: integers and short numbers in full, others with the zeros that rounding leaves.
 *
 * @param {number} value
 * @param {number} digits
 */
export function writeNumber(value, digits) {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (Number.isInteger(value) && Math.abs(value) < 1e9) return signed(String(value || 0));
  const exponent = leadingPlace(value, digits);
  const plain = exponent > -5 && exponent < 6;
  const power = plain ? "" : `e${exponent}`;
  let mantissa = plain
    ? value.toFixed(Math.max(digits - 1 - exponent, 1))
    : value.toExponential(digits - 1).replace(/e.*/, "");
  if (isExact(Number(mantissa + power), value) && mantissa.includes(".")) mantissa = mantissa.replace(/\.?0+$/, "");
  return signed(mantissa + power);
}

/**
 * A number that stands in a formula: in full, and `½` for a half.
 *
 * @param {number} value
 */
export function writeLiteral(value) {
  return value === 0.5 ? "½" : writeNumber(value, MOST_DIGITS.double);
}

/** @param {string} text */
function readNumber(text) {
  return Number(text.replaceAll("−", "-").replace("∞", "Infinity"));
}

/**
 * The numbers of an equation with as few digits as show that it holds: `=` if the written numbers give the written
 * result to its last digit, `≈` if only numbers that were not rounded would, since the result was.
 *
 * @param {number[]} numbers
 * @param {Evaluate} evaluate
 * @param {number} result
 * @param {number} digits
 * @returns {{ numbers: string[], sign: "=" | "≈", result: string }}
 */
export function writeEquation(numbers, evaluate, result, digits) {
  const exact = evaluate(numbers);
  const alike = numbers.map((number) => beside(number));
  const apart = numbers.map((number, place) => beside(number, place));
  const wobbling = Math.max(...[alike, apart].map((moved) => Math.abs(evaluate(moved) - exact)));
  for (let more = 0; more < MOST_MORE; more++) {
    const text = writeNumber(result, digits + more);
    const target = readNumber(text);
    const tolerance = NEARLY_HALF * lastPlace(result, digits + more);
    const isCertain = !(wobbling > MUCH * tolerance);
    if (!agree(exact, target, tolerance) || !(isCertain || result === 0)) continue;
    const written = widened(numbers, evaluate, target, tolerance, digits, isCertain ? MOST_DIGITS.double : digits);
    if (written) return { numbers: written, sign: "=", result: text };
  }
  const widest = numbers.map((number) => readNumber(writeNumber(number, mostDigits(number))));
  const rounding = 2 * Math.max(Math.abs(evaluate(widest) - result), wobbling);
  const most = Number.isFinite(rounding) ? MOST_DIGITS.double : digits;
  const nearly = widened(numbers, evaluate, result, rounding, digits, most);
  const usual = () => numbers.map((number) => writeNumber(number, digits));
  return { numbers: nearly ?? usual(), sign: "≈", result: writeNumber(result, digits) };
}

/**
 * How the numbers of one table are written: with the same number of decimals, times the same power of ten.
 *
 * @param {Float64Array} values
 * @param {number} decimals
 * @returns {TableForm}
 */
export function tableForm(values, decimals) {
  const largest = largestOf(values);
  const isWhole = values.every((value) => Number.isInteger(value) || !Number.isFinite(value));
  if (largest < 1e9 && isWhole) return { exponent: 0, decimals: 0 };
  const leading = Math.floor(Math.log10(largest));
  if (leading <= -3 || leading >= 5) return { exponent: leading, decimals };
  const enough = Math.max(decimals, decimals - 1 - leading);
  let fewer = 1;
  while (fewer < enough && !allExact(values, fewer)) fewer++;
  return { exponent: 0, decimals: Math.min(fewer, enough) };
}

/**
 * One of the numbers of a table; a zero has no decimals, one that only rounds to zero has no sign.
 *
 * @param {number} value
 * @param {TableForm} form
 */
export function writeInTable(value, { exponent, decimals }) {
  if (value === 0 || !Number.isFinite(value)) return writeNumber(value, 1);
  const digits = leadingPlace(value, MOST_DIGITS.double) - exponent + decimals + 1;
  const [mantissa, own] = value.toExponential(digits > 0 ? digits - 1 : MOST_DIGITS.double).split("e");
  const rounded = Number(`${mantissa}e${Number(own) - exponent}`).toFixed(decimals);
  return signed(Number(rounded) === 0 ? rounded.replace("-", "") : rounded);
}

/**
 * Numbers with as few digits as give a result within a tolerance; null if none of at most `most` digits do.
 *
 * @param {number[]} numbers
 * @param {Evaluate} evaluate
 * @param {number} target
 * @param {number} tolerance
 * @param {number} digits
 * @param {number} most
 */
function widened(numbers, evaluate, target, tolerance, digits, most) {
  const counts = numbers.map(() => digits);
  const texts = numbers.map((number) => writeNumber(number, digits));
  const shown = texts.map(readNumber);
  const error = () => {
    const distance = Math.abs(evaluate(shown) - target);
    return Number.isNaN(distance) ? Infinity : distance;
  };
  const give = (/** @type {number} */ place, /** @type {number} */ more) => {
    counts[place] += more;
    texts[place] = writeNumber(numbers[place], counts[place]);
    shown[place] = readNumber(texts[place]);
  };
  const isRounded = (/** @type {number} */ place) =>
    shown[place] !== numbers[place] && counts[place] < Math.min(most, mostDigits(numbers[place]));
  while (!agree(evaluate(shown), target, tolerance)) {
    const rounded = [...numbers.keys()].filter(isRounded);
    if (!rounded.length) return null;
    /** @type {number | null} */
    let best = null;
    let least = error();
    for (const place of numbers.length <= MOST_ALONE ? rounded : []) {
      give(place, 1);
      if (error() < CLEARLY * least) [least, best] = [error(), place];
      give(place, -1);
    }
    for (const place of best === null ? rounded : [best]) give(place, 1);
  }
  for (let place = 0; place < numbers.length && numbers.length <= MOST_ALONE; place++) {
    while (counts[place] > digits) {
      give(place, -1);
      if (agree(evaluate(shown), target, tolerance)) continue;
      give(place, 1);
      break;
    }
  }
  return texts;
}

/** @type {(found: number, target: number, tolerance: number) => boolean} */
function agree(found, target, tolerance) {
  return Object.is(found, target) || found === target || Math.abs(found - target) <= tolerance;
}

/** @type {(value: number, digits: number) => number} */
function lastPlace(value, digits) {
  return value && Number.isFinite(value) ? 10 ** (leadingPlace(value, digits) - digits + 1) : 0;
}

/** @type {(value: number, digits: number) => number} */
function leadingPlace(value, digits) {
  return Number(value.toExponential(digits - 1).replace(/.*e/, ""));
}

/** @param {number} number */
function mostDigits(number) {
  return Math.fround(number) === number ? MOST_DIGITS.single : MOST_DIGITS.double;
}

/** @type {(rounded: number, value: number) => boolean} */
function isExact(rounded, value) {
  return rounded === value || Math.fround(rounded) === value;
}

/** @type {(values: Float64Array, decimals: number) => boolean} */
function allExact(values, decimals) {
  return values.every((value) => !Number.isFinite(value) || isExact(Number(value.toFixed(decimals)), value));
}

/**
 * A number that rounding could take for another, always the same one for a place; integers are exact.
 *
 * @param {number} number
 * @param {number} [place]
 */
function beside(number, place = 0) {
  if (!Number.isFinite(number) || Number.isInteger(number)) return number;
  return number * (1 + ROUNDING * Math.cos(1000 * Math.log(Math.abs(number)) + place));
}

/** @param {string} digits */
function signed(digits) {
  return digits.replaceAll("-", "−").replace("+", "");
}
