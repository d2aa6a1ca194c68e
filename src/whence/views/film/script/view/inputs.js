import { bitmap } from "../../../browser/script/canvas.js";
import { diverging, greys, palette } from "../../../browser/script/colour_scales.js";
import { element } from "../../../browser/script/dom.js";
import { numberText } from "./numbers.js";
import { visible } from "./names.js";

/**
 * @import { Colour } from "../../../browser/script/colour_scales.js"
 * @import { Film, Numbers, Values } from "../core/types.js"
 */

const MOST_COLUMNS = 5;
const MOST_CHARACTERS = 48;

/**
 * The input of one sample as a person sees it: a picture, a text or the columns of a table.
 *
 * @param {Film} film
 * @param {Numbers} inputs
 * @param {number} row
 * @param {string} label
 */
export function inputFigure({ image, characters, columns }, { shape: [, ...shape], values }, row, label) {
  const size = shape.reduce((product, length) => product * length, 1);
  const own = values.subarray(row * size, (row + 1) * size);
  if (characters) return element("q", { title: label }, textOf(own, characters));
  const [height, width, channels = 1] = image ? [image.height, image.width, image.channels] : shape;
  if (width) return picture(own, height, width, channels, label, image?.maximum);
  const shown = [...own.subarray(0, MOST_COLUMNS)].flatMap((value, column) => [
    element("dt", {}, columns?.[column] ?? `x${column + 1}`),
    element("dd", {}, numberText(value)),
  ]);
  const more = size > MOST_COLUMNS ? [element("dt", {}, "…"), element("dd", {})] : [];
  return element("dl", { title: label }, ...shown, ...more);
}

/**
 * The end of a text, without what fills it up from the left.
 *
 * @param {Values} own
 * @param {string} characters
 */
function textOf(own, characters) {
  const all = Array.from(characters);
  const text = Array.from(own, (token) => all[token] ?? "");
  return text
    .slice(-MOST_CHARACTERS)
    .map((character) => (character === " " ? " " : visible(character)))
    .join("");
}

/**
 * @param {Values} own
 * @param {number} height
 * @param {number} width
 * @param {number} channels
 * @param {string} label
 * @param {number} [brightest] The value of the brightest pixel, if it is known.
 */
function picture(own, height, width, channels, label, brightest) {
  let [low, high] = [0, 0];
  for (const value of own) [low, high] = [Math.min(low, value), Math.max(high, value)];
  const colour = low < 0 ? diverging(palette(), Math.max(-low, high) || 1) : greys(brightest ?? (own instanceof Uint8Array ? 255 : high || 1));
  const canvas = bitmap(width, height, (row, column) => {
    const start = (row * width + column) * channels;
    /** @type {Colour} */
    const shades = [colour(own[start])[0], colour(own[start + 1])[1], colour(own[start + 2])[2]];
    return channels === 3 ? shades : colour(own[start]);
  });
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", label);
  canvas.title = label;
  canvas.className = "picture";
  return canvas;
}
