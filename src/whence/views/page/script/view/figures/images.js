import { bitmap, legend, outline, sheet, spot, whenShown } from "../../../../browser/script/canvas.js";
import { diverging, greys, limitOf, palette } from "../../../../browser/script/colour_scales.js";
import { element } from "../../../../browser/script/dom.js";
import { indexOf, sizeOf } from "../../core/arrays.js";
import { once } from "../../core/once.js";
import { numberText } from "../number_format.js";

/**
 * @import { Slice } from "../../core/slice.js"
 * @import { TracedArray } from "../../core/traced_array.js"
 * @import { Colour } from "../../../../browser/script/colour_scales.js"
 * @import { Marks } from "./marks.js"
 * @import { Sizes } from "./sizes.js"
 */

/**
 * How an array holds images.
 *
 * @typedef {object} Layout
 * @property {number} height
 * @property {number} width
 * @property {number} channels
 * @property {number} count
 * @property {boolean} isFirst Whether images are what the array is first looked at as.
 * @property {(number: number, row: number, column: number) => number} offset
 * @property {number} channel How far apart the channels of a pixel are.
 * @property {(offset: number) => Pixel | null} place
 */

/** @typedef {[number: number, row: number, column: number]} Pixel The number of an image, and a place in it. */

const LARGEST_PIXEL = 14;
const MOST_IMAGES = 100;
const MOST_FILLED = 4;
const GAP = 4;
const IN_ONE_ROW = 4;

/**
 * How an array holds images, or null if it holds none.
 *
 * A batch of images does, each sample flattened does, and so does a weight with one image's pixels on its first axis:
 * there every column is what one unit looks for. Of a convolution, each channel of one sample is an image, and so is
 * each of its kernels.
 *
 * @param {TracedArray} array
 * @param {number[] | null} image Height, width and perhaps channels of the images that the inputs are.
 * @param {Slice} slice
 * @returns {Layout | null}
 */
export function imagesIn(array, image, slice) {
  return (image && imagesOf(array, image)) ?? channelsOf(array, slice);
}

/**
 * @param {TracedArray} array
 * @param {number[]} image
 * @returns {Layout | null}
 */
function imagesOf(array, [height, width, channels = 1]) {
  const pixels = height * width * channels;
  const { shape, strides, letters } = array;
  const grid = { height, width, channels };
  /** @type {(number: number, place: number) => Pixel} */
  const pixel = (number, place) => [number, Math.floor(place / channels / width), Math.floor(place / channels) % width];
  if (letters[0] === "n" && shape.length > 1 && sizeOf(shape.slice(1)) === pixels) {
    if (shape.length > 2 && (shape[1] !== height || shape[2] !== width)) return null;
    return {
      ...grid,
      count: shape[0],
      isFirst: true,
      offset: (number, row, column) => number * strides[0] + (row * width + column) * channels,
      channel: 1,
      place: (offset) => pixel(Math.floor(offset / strides[0]), offset % strides[0]),
    };
  }
  if (shape.length === 2 && shape[0] === pixels) {
    return {
      ...grid,
      count: shape[1],
      isFirst: false,
      offset: (number, row, column) => number + (row * width + column) * channels * strides[0],
      channel: strides[0],
      place: (offset) => pixel(offset % shape[1], Math.floor(offset / strides[0])),
    };
  }
  return null;
}

/**
 * @param {TracedArray} array
 * @param {Slice} slice
 * @returns {Layout | null}
 */
function channelsOf(array, slice) {
  const { shape, strides } = array;
  const { down, across } = slice;
  const last = 3;
  if (shape.length !== 4 || down === null || across === null || !slice.held.includes(last)) return null;
  const [held] = slice.held.filter((axis) => axis !== last);
  const origin = slice.index[held] * strides[held];
  return {
    height: slice.rows,
    width: slice.columns,
    channels: 1,
    count: shape[last],
    isFirst: true,
    offset: (number, row, column) => origin + number + row * strides[down] + column * strides[across],
    channel: 0,
    place: (offset) => {
      const index = indexOf(array, offset);
      return index[held] === slice.index[held] ? [index[last], slice.row(index), slice.column(index)] : null;
    },
  };
}

/**
 * The images in an array side by side, in any size.
 *
 * @param {TracedArray} array
 * @param {Layout} layout
 * @param {Marks} marks
 * @param {{ choose: (index: number[]) => void, label: string }} options
 * @returns {(sizes: Sizes) => HTMLElement}
 */
export function images(array, layout, marks, options) {
  const { height, width } = layout;
  const count = Math.min(layout.count, MOST_IMAGES);
  const limit = limitOf(array.values);
  const isGrey = !array.values.some((value) => value < 0);
  const colour = isGrey ? greys(limit) : diverging(palette(), limit);
  const pictures = once(() =>
    Array.from({ length: count }, (_, number) =>
      bitmap(width, height, (row, column) => pixelColour(array, layout, [number, row, column], colour)),
    ),
  );
  const scale = once(() => legend(colour, isGrey ? 0 : -limit, limit, numberText));
  return (sizes) => {
    const canvas = imagesCanvas(array, layout, count, pictures, marks, sizes, options);
    return element("div", { class: "map" }, canvas, scale());
  };
}

/**
 * @param {TracedArray} array
 * @param {Layout} layout
 * @param {number} count
 * @param {() => HTMLCanvasElement[]} pictures
 * @param {Marks} marks
 * @param {Sizes} sizes
 * @param {{ choose: (index: number[]) => void, label: string }} options
 */
function imagesCanvas(array, layout, count, pictures, { active, sources }, sizes, { choose, label }) {
  const colours = palette();
  const { height, width } = layout;
  const { pixel, perRow } = tiling(count, layout, sizes);
  const [tileWidth, tileHeight] = [width * pixel + GAP, height * pixel + GAP];
  const [allWidth, allHeight] = [perRow * tileWidth - GAP, Math.ceil(count / perRow) * tileHeight - GAP];
  const { canvas, pen } = sheet(allWidth, allHeight, label);
  const left = (/** @type {number} */ number) => (number % perRow) * tileWidth;
  const top = (/** @type {number} */ number) => Math.floor(number / perRow) * tileHeight;
  whenShown(canvas, () => {
    pictures().forEach((picture, number) => {
      pen.drawImage(picture, left(number), top(number), width * pixel, height * pixel);
    });
    const isDrawn = (/** @type {Pixel | null} */ place) => place !== null && place[0] < count;
    const places = [...sources]
      .map(layout.place)
      .filter((place) => place !== null)
      .filter(isDrawn);
    /** @type {(place: Pixel) => [x: number, y: number]} */
    const at = ([number, row, column]) => [left(number) + column * pixel, top(number) + row * pixel];
    if (places.length > MOST_FILLED) {
      for (const { corner, wide, tall } of boxes(places)) {
        outline(pen, colours.source, ...at(corner), wide * pixel, tall * pixel, 3);
      }
    } else {
      for (const place of places) spot(pen, colours.source, colours.ink, ...at(place), pixel, pixel);
    }
    const place = active >= 0 ? layout.place(active) : null;
    if (place && isDrawn(place)) {
      spot(pen, colours.active, colours.ink, ...at(place), pixel, pixel);
      outline(pen, colours.active, left(place[0]) - 1, top(place[0]) - 1, width * pixel + 2, height * pixel + 2);
    }
  });
  canvas.addEventListener("click", ({ offsetX, offsetY }) => {
    const x = (offsetX / canvas.clientWidth) * allWidth;
    const y = (offsetY / canvas.clientHeight) * allHeight;
    const number = Math.floor(y / tileHeight) * perRow + Math.floor(x / tileWidth);
    const [row, column] = [Math.floor((y % tileHeight) / pixel), Math.floor((x % tileWidth) / pixel)];
    if (number >= count || row >= height || column >= width) return;
    choose(indexOf(array, layout.offset(number, row, column)));
  });
  return canvas;
}

/**
 * How large a pixel is, and how many images stand in a row: as large as leaves room for all, few of them in one row,
 * many in rows of about the same length.
 *
 * @param {number} count
 * @param {Layout} layout
 * @param {Sizes} sizes
 */
function tiling(count, { height, width }, sizes) {
  const { width: widest, height: highest } = sizes.images;
  for (let pixel = LARGEST_PIXEL; ; pixel--) {
    const most = Math.floor((widest + GAP) / (width * pixel + GAP));
    const rows = Math.ceil(count / Math.max(1, most));
    const fits = (count <= IN_ONE_ROW ? rows === 1 : most > 0) && rows * (height * pixel + GAP) <= highest;
    if (fits || pixel === 1) return { pixel, perRow: Math.ceil(count / rows) };
  }
}

/**
 * For each image the smallest box around its places.
 *
 * @param {Pixel[]} places
 */
function boxes(places) {
  /** @type {Map<number, [top: number, left: number, bottom: number, right: number]>} */
  const found = new Map();
  for (const [number, row, column] of places) {
    const [top, left, bottom, right] = found.get(number) ?? [row, column, row, column];
    found.set(number, [Math.min(top, row), Math.min(left, column), Math.max(bottom, row), Math.max(right, column)]);
  }
  return [...found].map(([number, [top, left, bottom, right]]) => ({
    corner: /** @type {Pixel} */ ([number, top, left]),
    wide: right - left + 1,
    tall: bottom - top + 1,
  }));
}

/**
 * @param {TracedArray} array
 * @param {Layout} layout
 * @param {Pixel} pixel
 * @param {(value: number) => Colour} colour
 * @returns {Colour}
 */
function pixelColour(array, { channels, offset, channel }, [number, row, column], colour) {
  const start = offset(number, row, column);
  const shade = (/** @type {number} */ which) => colour(array.values[start + which * channel]);
  return channels === 3 ? [shade(0)[0], shade(1)[1], shade(2)[2]] : shade(0);
}
