import { largestOf } from "./largest.js";

/**
 * @typedef {[red: number, green: number, blue: number]} Colour
 * @typedef {ReturnType<typeof paletteInStyle>} Palette
 */

/** @type {Map<string | undefined, Palette>} */
const palettes = new Map();

/** The colours of heat maps and images in the theme in use: below zero, at zero, above zero. */
export function palette() {
  const { theme } = document.documentElement.dataset;
  const known = palettes.get(theme) ?? paletteInStyle();
  palettes.set(theme, known);
  return known;
}

function paletteInStyle() {
  const style = getComputedStyle(document.documentElement);
  const value = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
  /** @returns {Colour} */
  const colour = (/** @type {string} */ name) => {
    const [red, green, blue] = value(name).split(/\s+/).map(Number);
    return [red, green, blue];
  };
  return {
    negative: colour("--below-zero"),
    zero: colour("--zero"),
    positive: colour("--above-zero"),
    active: value("--active"),
    source: value("--source"),
    ink: value("--ink"),
  };
}

/**
 * A function from a number to a colour, white where it is zero and full at ±`limit`.
 *
 * @param {Palette} palette
 * @param {number} limit
 * @returns {(value: number) => Colour}
 */
export function diverging({ negative, zero, positive }, limit) {
  return (value) => {
    const strength = Math.sqrt(Math.min(1, Math.abs(value) / limit)) || 0;
    const end = value < 0 ? negative : positive;
    return [
      zero[0] + (end[0] - zero[0]) * strength,
      zero[1] + (end[1] - zero[1]) * strength,
      zero[2] + (end[2] - zero[2]) * strength,
    ];
  };
}

/**
 * A function from a number to a grey: black at 0 and white at `limit`.
 *
 * @param {number} limit
 * @returns {(value: number) => Colour}
 */
export function greys(limit) {
  return (value) => {
    const light = 255 * Math.max(0, Math.min(1, value / limit || 0));
    return [light, light, light];
  };
}

/**
 * Where the scale of an array's numbers ends: at the largest size of any that is finite.
 *
 * @param {Float64Array} values
 */
export function limitOf(values) {
  return largestOf(values) || 1;
}
