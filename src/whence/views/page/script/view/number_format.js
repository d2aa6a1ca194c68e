import { state } from "../state/state.js";
import { text } from "./texts.js";

const MINUS = "−";

const SMALL = 0.01;

/**
 * A number to read: rounded to the decimals chosen, in powers of ten where too few digits would be left of it.
 *
 * @param {number} value
 */
export function numberText(value, decimals = state.preferences.decimals) {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value < 0 ? `${MINUS}∞` : "∞";
  if (Number.isInteger(value) && Math.abs(value) < 1e9) return localised(String(value === 0 ? 0 : value));
  const size = Math.abs(value);
  const unit = 10 ** -decimals;
  if (size >= 1e9 || size < Math.max(0.5 * unit, Math.min(10 * unit, SMALL)))
    return localised(value.toExponential(Math.max(1, decimals - 3)).replace(/\.0+e/, "e"));
  return localised(value.toFixed(decimals));
}

/**
 * A number that stands in a formula, as it stands there if that is short.
 *
 * @param {number} value
 */
export function constantText(value) {
  const digits = String(value);
  return digits.length <= 6 ? localised(digits) : numberText(value);
}

/** @param {number[]} shape */
export function shapeText(shape) {
  return shape.join(" × ") || "1";
}

/** @param {string} digits */
function localised(digits) {
  return digits.replaceAll("-", MINUS).replace("+", "").replace(".", text("decimal"));
}
