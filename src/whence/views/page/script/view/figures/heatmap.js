import { bitmap, legend, outline, sheet, spot, whenShown } from "../../../../browser/script/canvas.js";
import { diverging, limitOf, palette } from "../../../../browser/script/colour_scales.js";
import { element } from "../../../../browser/script/dom.js";
import { once } from "../../core/once.js";
import { cropOf, placeIn } from "./crop.js";
import { numberText } from "../number_format.js";

/**
 * @import { Slice } from "../../core/slice.js"
 * @import { Pen } from "../../../../browser/script/canvas.js"
 * @import { Place } from "./crop.js"
 * @import { Marks } from "./marks.js"
 * @import { Sizes } from "./sizes.js"
 */

const LARGEST_CELL = 16;
const MOST_SPOTS = 32;

/**
 * A slice as a picture of its numbers in any size, with its crop, the active cell and its sources marked.
 *
 * @param {Slice} slice
 * @param {Marks} marks
 * @param {{ choose: (index: number[]) => void, label: string }} options
 * @returns {(sizes: Sizes) => HTMLElement}
 */
export function heatmap(slice, marks, options) {
  const { array, rows, columns } = slice;
  const colours = palette();
  const limit = limitOf(array.values);
  const colour = array.valueNames ? () => colours.zero : diverging(colours, limit);
  const origin = slice.offset(0, 0);
  const [down, across] = [slice.down, slice.across].map((axis) => (axis === null ? 0 : array.strides[axis]));
  const { values } = array;
  const picture = once(() =>
    bitmap(columns, rows, (row, column) => colour(values[origin + row * down + column * across])),
  );
  const scale = once(() => legend(colour, -limit, limit, numberText));
  return (sizes) => {
    const canvas = mapCanvas(slice, marks, picture, sizes, options);
    return element("div", { class: "map" }, canvas, array.valueNames ? null : scale());
  };
}

/**
 * @param {Slice} slice
 * @param {Marks} marks
 * @param {() => HTMLCanvasElement} picture Gives a pixel for each cell.
 * @param {Sizes} sizes
 * @param {{ choose: (index: number[]) => void, label: string }} options
 */
function mapCanvas(slice, marks, picture, sizes, { choose, label }) {
  const { array, rows, columns } = slice;
  const colours = palette();
  const [widest, tallest] = [sizes.map.width / columns, sizes.map.height / rows];
  const square = array.shape.length === 4 ? Math.min(widest, tallest) : LARGEST_CELL;
  const [wide, tall] = [widest, tallest].map((most) => Math.min(LARGEST_CELL, square, most));
  const { canvas, pen } = sheet(columns * wide, rows * tall, label);
  whenShown(canvas, () => {
    pen.drawImage(picture(), 0, 0, columns * wide, rows * tall);
    const { top, left, bottom, right } = cropOf(slice, marks, sizes);
    outline(pen, colours.ink, left * wide, top * tall, (right - left) * wide, (bottom - top) * tall);
    const active = marks.active >= 0 ? placeIn(slice, marks.active) : null;
    const sources = [...marks.sources].map((offset) => placeIn(slice, offset)).filter((place) => place !== null);
    if (sources.length + (active ? 1 : 0) > MOST_SPOTS) {
      frame(pen, colours.source, active ? [...sources, active] : sources, wide, tall);
    } else {
      for (const [row, column] of sources) {
        spot(pen, colours.source, colours.ink, column * wide, row * tall, wide, tall);
      }
      if (active) spot(pen, colours.active, colours.ink, active[1] * wide, active[0] * tall, wide, tall);
    }
  });
  canvas.addEventListener("click", ({ offsetX, offsetY }) => {
    const row = Math.floor((offsetY / canvas.clientHeight) * rows);
    choose(slice.cell(row, Math.floor((offsetX / canvas.clientWidth) * columns)));
  });
  return canvas;
}

/**
 * Marks many places by one frame around them, so that what is in it can still be seen.
 *
 * @param {Pen} pen
 * @param {string} colour
 * @param {Place[]} places
 * @param {number} wide
 * @param {number} tall
 */
function frame(pen, colour, places, wide, tall) {
  let [top, left, bottom, right] = [Infinity, Infinity, 0, 0];
  for (const [row, column] of places) {
    [top, left] = [Math.min(top, row), Math.min(left, column)];
    [bottom, right] = [Math.max(bottom, row + 1), Math.max(right, column + 1)];
  }
  const [width, height] = [(right - left) * wide, (bottom - top) * tall];
  outline(pen, colour, left * wide - 1, top * tall - 1, width + 2, height + 2, 3);
}
