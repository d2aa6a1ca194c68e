import { writeLiteral, writeNumber } from "../../../browser/script/digits.js";
import { preferences } from "../../../browser/script/preferences.js";
import { text } from "../../../browser/script/texts.js";
import { exercise } from "../state/page_data.js";

/**
 * A number to read, in as many significant digits as the decimals chosen and one more.
 *
 * @param {number} value
 */
export function numberText(value) {
  return localised(writeNumber(value, digitsChosen()));
}

/**
 * A number that stands in a formula.
 *
 * @param {number} value
 */
export function literalText(value) {
  return localised(writeLiteral(value));
}

export function digitsChosen() {
  return preferences.decimals + 1;
}

/** @param {number[]} shape */
export function shapeText(shape) {
  return shape.join(" × ") || "1";
}

/**
 * A written number with the sign before decimals that the language has; in an exercise a question mark for a number that
 * the reader has to find, and for what depends on it.
 *
 * @param {string} written
 */
export function localised(written) {
  return exercise && written === "NaN" ? "?" : written.replace(".", text("decimal"));
}
