import { visible } from "../core/axis_and_value_names.js";
import { numberText } from "./number_format.js";

/** @import { TracedArray } from "../core/traced_array.js" */

const COUNT = /^\d+$/;

/**
 * What a value of an array is shown as: the name of what it stands for, or else the number.
 *
 * @param {TracedArray} array
 * @param {number} value
 */
export function valueText(array, value) {
  return array.valueNames?.[value] ?? numberText(value);
}

/**
 * What a reader types for a value: the name of what it stands for, or else the number in full.
 *
 * @param {TracedArray} array
 * @param {number} value
 */
export function inputText(array, value) {
  return array.valueNames?.[value] ?? String(value);
}

/**
 * The value that a reader means by the name of what it stands for, or by its number; NaN if there is none.
 *
 * Where there are numbers among the names, a number is a name and nothing else.
 *
 * @param {TracedArray} array
 * @param {string} input
 */
export function parseInput(array, input) {
  const names = array.valueNames;
  if (!names) return input.trim() ? Number(input) : NaN;
  const value = names.indexOf(visible(input));
  if (value >= 0) return value;
  return COUNT.test(input) && !names.some((name) => COUNT.test(name)) ? Number(input) : NaN;
}
