import { palette } from "../../../browser/script/colour_scales.js";

/** @import { Colour } from "../../../browser/script/colour_scales.js" */

const COUNT = 10;

/**
 * The colour of a curve, a class or a layer by its number, in the style in use.
 *
 * @param {number} number
 */
export function hue(number) {
  return `rgb(var(--hue-${number % COUNT}))`;
}

/**
 * The colours of classes: two are told apart as numbers below and above zero are.
 *
 * @param {number} count
 * @returns {Colour[]}
 */
export function classColours(count) {
  const { negative, positive } = palette();
  if (count <= 2) return [negative, positive];
  const style = getComputedStyle(document.documentElement);
  return Array.from({ length: count }, (_, number) => {
    const [red, green, blue] = style.getPropertyValue(`--hue-${number % COUNT}`).trim().split(/\s+/).map(Number);
    return [red, green, blue];
  });
}

/** @param {Colour} colour */
export function css([red, green, blue]) {
  return `rgb(${red} ${green} ${blue})`;
}
