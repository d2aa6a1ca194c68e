import { diverging, greys, limitOf, palette } from "./colours.js";
import { indexOf } from "./cells.js";
import { element } from "./dom.js";
import { legend, outline, sheet, spot } from "./heatmap.js";
import { room } from "./room.js";

const LARGEST_PIXEL = 14;
const MOST_PICTURES = 100;
const MOST_FILLED = 4;
const GAP = 4;

/**
 * How an array holds images, or null if it holds none.
 *
 * A batch of images does, each sample flattened does, and so does a weight with one image's pixels on its first axis:
 * there every column is what one unit looks for. Of a convolution, each channel of one sample is an image, and so is
 * each of its kernels.
 */
export function picturesIn(array, image, plane) {
  return (image && imagesOf(array, image)) ?? channelsOf(array, plane);
}

function imagesOf(array, [height, width, channels = 1]) {
  const pixels = height * width * channels;
  const { shape, strides, letters } = array;
  const grid = { height, width, channels };
  const within = (place) => [Math.floor(place / channels / width), Math.floor(place / channels) % width];
  if (letters[0] === "n" && shape.length > 1 && product(shape.slice(1)) === pixels) {
    if (shape.length > 2 && (shape[1] !== height || shape[2] !== width)) return null;
    return {
      ...grid,
      count: shape[0],
      first: true,
      offset: (number, row, column) => number * strides[0] + (row * width + column) * channels,
      channel: 1,
      place: (offset) => [Math.floor(offset / strides[0]), ...within(offset % strides[0])],
    };
  }
  if (shape.length === 2 && shape[0] === pixels) {
    return {
      ...grid,
      count: shape[1],
      first: false,
      offset: (number, row, column) => number + (row * width + column) * channels * strides[0],
      channel: strides[0],
      place: (offset) => [offset % shape[1], ...within(Math.floor(offset / strides[0]))],
    };
  }
  return null;
}

function channelsOf(array, plane) {
  const { shape, strides } = array;
  if (shape.length !== 4) return null;
  const last = 3;
  const [held] = plane.held.filter((axis) => axis !== last);
  const origin = plane.index[held] * strides[held];
  return {
    height: plane.rows,
    width: plane.columns,
    channels: 1,
    count: shape[last],
    first: true,
    offset: (number, row, column) => origin + number + row * strides[plane.down] + column * strides[plane.across],
    channel: 0,
    place: (offset) => {
      const index = indexOf(array, offset);
      return index[held] === plane.index[held] ? [index[last], plane.row(index), plane.column(index)] : null;
    },
  };
}

/** The images in an array side by side. */
export function pictures(array, held, { active, sources }, { choose, label }) {
  const colours = palette();
  const { height, width } = held;
  const count = Math.min(held.count, MOST_PICTURES);
  const { pixel, perRow } = layoutOf(count, held);
  const [tileWidth, tileHeight] = [width * pixel + GAP, height * pixel + GAP];
  const { canvas, pen } = sheet(perRow * tileWidth, Math.ceil(count / perRow) * tileHeight, label);
  const limit = limitOf(array.values);
  const grey = !array.values.some((value) => value < 0);
  const colour = grey ? greys(limit) : diverging(colours, limit);
  const corner = (number) => [(number % perRow) * tileWidth, Math.floor(number / perRow) * tileHeight];
  for (let number = 0; number < count; number++) {
    pen.drawImage(tile(array, held, number, colour), ...corner(number), width * pixel, height * pixel);
  }
  const places = [...(sources ?? [])].map(held.place).filter((place) => place && place[0] < count);
  const at = ([number, row, column]) => [corner(number)[0] + column * pixel, corner(number)[1] + row * pixel];
  if (places.length > MOST_FILLED) {
    for (const box of boxes(places)) outline(pen, colours.source, ...at(box), box[3] * pixel, box[4] * pixel, 3);
  } else {
    for (const place of places) spot(pen, colours.source, colours.ink, ...at(place), pixel, pixel);
  }
  const place = active >= 0 ? held.place(active) : null;
  if (place && place[0] < count) {
    const [x, y] = corner(place[0]);
    spot(pen, colours.active, colours.ink, ...at(place), pixel, pixel);
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
    choose(indexOf(array, held.offset(number, row, column)));
  });
  return element("div", { class: "map" }, canvas, grey ? null : legend(colours, limit));
}

/** How large a pixel is, and how many pictures stand in a row: as large as leaves room for all. */
function layoutOf(count, { height, width }) {
  const [widest, highest] = [room.picture.width, room.picture.height];
  for (let pixel = LARGEST_PIXEL; ; pixel--) {
    const perRow = Math.max(1, Math.min(count, Math.floor((widest + GAP) / (width * pixel + GAP))));
    const fits = width * pixel <= widest && Math.ceil(count / perRow) * (height * pixel + GAP) <= highest;
    if (fits || pixel === 1) return { pixel, perRow };
  }
}

/** For each picture the smallest box around its places: its number, row, column, width and height. */
function boxes(places) {
  const found = new Map();
  for (const [number, row, column] of places) {
    const [top, left, bottom, right] = found.get(number) ?? [row, column, row, column];
    found.set(number, [Math.min(top, row), Math.min(left, column), Math.max(bottom, row), Math.max(right, column)]);
  }
  return [...found].map(([number, [top, left, bottom, right]]) => [
    number,
    top,
    left,
    right - left + 1,
    bottom - top + 1,
  ]);
}

function tile(array, { height, width, channels, offset, channel }, number, colour) {
  const small = element("canvas", { width, height });
  const pen = small.getContext("2d");
  const image = pen.createImageData(width, height);
  for (let place = 0; place < width * height; place++) {
    const start = offset(number, Math.floor(place / width), place % width);
    const value = (which) => array.values[start + which * channel];
    const shade = channels === 3 ? [0, 1, 2].map((which) => colour(value(which))[which]) : colour(value(0));
    image.data.set([...shade, 255], place * 4);
  }
  pen.putImageData(image, 0, 0);
  return small;
}

function product(lengths) {
  return lengths.reduce((total, length) => total * length, 1);
}
