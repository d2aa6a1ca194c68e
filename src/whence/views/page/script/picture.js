import { diverging, greys, limitOf, palette } from "./colours.js";
import { indexOf } from "./cells.js";
import { element } from "./dom.js";
import { MOST_SPOTS, legend, outline, sheet, spot } from "./heatmap.js";

const WIDEST = 360;
const LARGEST_PIXEL = 14;
const MOST_IN_A_ROW = 10;
const MOST_PICTURES = 100;
const GAP = 4;

/**
 * How an array holds images, or null if it holds none.
 *
 * A batch of images does, each sample flattened does, and so does a weight with one image's pixels on its first axis:
 * there every column is what one unit looks for.
 */
export function picturesIn(array, image) {
  if (!image) return null;
  const [height, width, channels = 1] = image;
  const pixels = height * width * channels;
  const { shape, strides, letters } = array;
  const grid = { height, width, channels };
  if (letters[0] === "n" && shape.length > 1 && product(shape.slice(1)) === pixels) {
    const flat = shape.length === 2;
    if (!flat && (shape[1] !== height || shape[2] !== width)) return null;
    return { ...grid, count: shape[0], start: strides[0], step: 1, samples: true };
  }
  if (shape.length === 2 && shape[0] === pixels) {
    return { ...grid, count: shape[1], start: 1, step: strides[0], samples: false };
  }
  return null;
}

/** The images in an array side by side. */
export function pictures(array, held, { active, sources }, { choose, label }) {
  const colours = palette();
  const { height, width, channels, step } = held;
  const count = Math.min(held.count, MOST_PICTURES);
  const pixel = pixelSize(count, width);
  const perRow = Math.max(1, Math.min(count, Math.floor((WIDEST + GAP) / (width * pixel + GAP))));
  const [tileWidth, tileHeight] = [width * pixel + GAP, height * pixel + GAP];
  const { canvas, pen } = sheet(perRow * tileWidth, Math.ceil(count / perRow) * tileHeight, label);
  const limit = limitOf(array.values);
  const grey = !array.values.some((value) => value < 0);
  const colour = grey ? greys(limit) : diverging(colours, limit);
  const corner = (number) => [(number % perRow) * tileWidth, Math.floor(number / perRow) * tileHeight];
  for (let number = 0; number < count; number++) {
    pen.drawImage(tile(array, held, number, colour), ...corner(number), width * pixel, height * pixel);
  }
  const numberOf = (offset) => Math.floor(offset / held.start) % held.count;
  const mark = (offset, paint) => {
    const number = numberOf(offset);
    const place = held.samples ? offset % held.start : Math.floor(offset / step);
    const [x, y] = corner(number);
    const [row, column] = [Math.floor(place / channels / width), Math.floor(place / channels) % width];
    if (number < count) spot(pen, paint, colours.ink, x + column * pixel, y + row * pixel, pixel, pixel);
    return number;
  };
  const many = sources?.size > MOST_SPOTS;
  for (const number of many ? new Set([...sources].map(numberOf)) : []) {
    const [x, y] = corner(number);
    outline(pen, colours.source, x, y, width * pixel, height * pixel, 3);
  }
  for (const offset of many ? [] : (sources ?? [])) mark(offset, colours.source);
  if (active >= 0) {
    const [x, y] = corner(mark(active, colours.active));
    outline(pen, colours.active, x - 1, y - 1, width * pixel + 2, height * pixel + 2);
  }
  canvas.addEventListener("click", (event) => {
    const [x, y] = [
      (event.offsetX / canvas.clientWidth) * perRow * tileWidth,
      (event.offsetY / canvas.clientHeight) * Math.ceil(count / perRow) * tileHeight,
    ];
    const number = Math.floor(y / tileHeight) * perRow + Math.floor(x / tileWidth);
    const [row, column] = [Math.floor((y % tileHeight) / pixel), Math.floor((x % tileWidth) / pixel)];
    if (number >= count || row >= height || column >= width) return;
    choose(indexOf(array, number * held.start + (row * width + column) * channels * step));
  });
  return element("div", { class: "map" }, canvas, grey ? null : legend(colours, limit));
}

function pixelSize(count, width) {
  const each = WIDEST / Math.min(count, MOST_IN_A_ROW) - GAP;
  return Math.max(1, Math.min(LARGEST_PIXEL, Math.floor(each / width)));
}

function tile(array, { height, width, channels, start, step }, number, colour) {
  const small = element("canvas", { width, height });
  const pen = small.getContext("2d");
  const image = pen.createImageData(width, height);
  for (let place = 0; place < width * height; place++) {
    const value = (channel) => array.values[number * start + (place * channels + channel) * step];
    const shade = channels === 3 ? [0, 1, 2].map((channel) => colour(value(channel))[channel]) : colour(value(0));
    image.data.set([...shade, 255], place * 4);
  }
  pen.putImageData(image, 0, 0);
  return small;
}

function product(lengths) {
  return lengths.reduce((total, length) => total * length, 1);
}
