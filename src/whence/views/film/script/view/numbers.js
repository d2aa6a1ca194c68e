import { tableForm, writeInTable, writeNumber } from "../../../browser/script/digits.js";
import { text } from "../../../browser/script/texts.js";

const DIGITS = 4;
const ROUGH_DIGITS = 2;

/** @param {number} value */
export function numberText(value) {
  return localised(writeNumber(value, DIGITS));
}

/**
 * A number that is known in 256 levels only.
 *
 * @param {number} value
 */
export function roughText(value) {
  return localised(writeNumber(value, ROUGH_DIGITS));
}

/**
 * A sum whose terms and result are written with the same number of decimals, and whether what is written holds exactly.
 *
 * @param {number[]} terms
 * @param {number} result
 */
export function sumText(terms, result) {
  const form = tableForm(Float64Array.from([...terms, result]), DIGITS);
  const write = (/** @type {number} */ value) =>
    writeInTable(value, form) + (form.exponent ? `e${form.exponent}`.replace("-", "−") : "");
  const units = (/** @type {number} */ value) => Math.round((value / 10 ** form.exponent) * 10 ** form.decimals);
  const isExact = terms.reduce((total, term) => total + units(term), 0) === units(result);
  return { terms: terms.map((term) => localised(write(term))), sign: isExact ? "=" : "≈", result: localised(write(result)) };
}

/** @param {number} epoch */
export function epochText(epoch) {
  return localised(epoch.toFixed(2).replace(/\.?0+$/, ""));
}

/** @param {number} share */
export function percentText(share) {
  return `${localised((100 * share).toFixed(1).replace(".0", ""))} %`;
}

/** @param {string} written */
function localised(written) {
  return written.replace(".", text("decimal"));
}
