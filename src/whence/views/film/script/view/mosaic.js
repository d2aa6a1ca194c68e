import { outline, sheet } from "../../../browser/script/canvas.js";

/**
 * @import { Colour } from "../../../browser/script/colour_scales.js"
 * @import { Frames } from "../core/frames.js"
 * @import { Place } from "../core/weights.js"
 */

/**
 * Pictures side by side, and how far apart in an array are the numbers of two pictures, rows, columns and channels.
 *
 * @typedef {object} Layout
 * @property {number} tiles
 * @property {number} height
 * @property {number} width
 * @property {number} columns How many pictures stand in a row.
 * @property {number} gap Between two pictures, in pixels of theirs.
 * @property {{ tile: number, row: number, column: number }} steps
 * @property {number} channels Their mean is drawn, unless they are red, green and blue.
 */

const DOT = 4;
const LEAST_FRAME = 8;

/**
 * A colour for each of 256 levels; zero, which may lie between two of them, has its own.
 *
 * @param {Frames} frames
 * @param {(value: number) => Colour} colour
 */
export function colourTable(frames, colour) {
  const nearZero = (0.51 * (frames.high - frames.low)) / 255;
  return Uint32Array.from({ length: 256 }, (_, level) => {
    const value = frames.value(level);
    return pixelOf(colour(Math.abs(value) < nearZero ? 0 : value));
  });
}

/** @param {Colour} colour */
export function pixelOf([red, green, blue]) {
  return ((255 << 24) | (Math.round(blue) << 16) | (Math.round(green) << 8) | Math.round(red)) >>> 0;
}

/**
 * How wide and high pictures are with the gaps between them.
 *
 * @param {Layout} layout
 */
export function sizeOf({ tiles, height, width, columns, gap }) {
  const rows = Math.ceil(tiles / columns);
  return { across: columns * (width + gap) - gap, down: rows * (height + gap) - gap };
}

/**
 * A canvas on which pictures are drawn anew in each frame.
 *
 * @param {Layout} layout
 * @param {number} scale How large a pixel of a picture is on the screen.
 * @param {string} label
 */
export function mosaic(layout, scale, label) {
  const { tiles, height, width, columns, gap, steps, channels } = layout;
  const { across, down } = sizeOf(layout);
  const { canvas, pen } = sheet(across * scale, down * scale, label);
  const small = new OffscreenCanvas(across, down);
  const smallPen = /** @type {OffscreenCanvasRenderingContext2D} */ (small.getContext("2d"));
  const image = smallPen.createImageData(across, down);
  const pixels = new Uint32Array(image.data.buffer);
  const [from, to] = [new Int32Array(tiles * height * width), new Int32Array(tiles * height * width)];
  for (let tile = 0, place = 0; tile < tiles; tile++) {
    const [top, left] = [Math.floor(tile / columns) * (height + gap), (tile % columns) * (width + gap)];
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++, place++) {
        from[place] = tile * steps.tile + row * steps.row + column * steps.column;
        to[place] = (top + row) * across + left + column;
      }
    }
  }
  const colourOf = channels === 1 ? null : channels === 3 ? ofThree : ofMean;
  return {
    canvas,
    /**
     * @param {Uint8Array} levels
     * @param {Uint32Array} colours
     * @param {number} start
     */
    draw(levels, colours, start = 0) {
      for (let place = 0; place < to.length; place++) {
        const first = start + from[place];
        pixels[to[place]] = colourOf ? colourOf(levels, colours, first, channels) : colours[levels[first]];
      }
      smallPen.putImageData(image, 0, 0);
      pen.clearRect(0, 0, across * scale, down * scale);
      pen.drawImage(small, 0, 0, across * scale, down * scale);
    },
    /**
     * Frames a pixel, or puts a dot on it.
     *
     * @param {Place} place
     * @param {string} colour
     */
    mark({ tile, row, column }, colour, isFramed = false) {
      const x = ((tile % columns) * (width + gap) + column) * scale;
      const y = (Math.floor(tile / columns) * (height + gap) + row) * scale;
      const room = Math.max(0, LEAST_FRAME - scale) / 2;
      if (isFramed) outline(pen, colour, x - room, y - room, scale + 2 * room, scale + 2 * room, 2);
      else {
        pen.fillStyle = colour;
        pen.fillRect(x + (scale - DOT) / 2, y + (scale - DOT) / 2, DOT, DOT);
      }
    },
    /**
     * The pixel under the mouse, or null between pictures.
     *
     * @param {MouseEvent} event
     * @returns {Place | null}
     */
    at({ offsetX, offsetY }) {
      const x = Math.floor((offsetX / canvas.clientWidth) * across);
      const y = Math.floor((offsetY / canvas.clientHeight) * down);
      const [row, column] = [y % (height + gap), x % (width + gap)];
      const tile = Math.floor(y / (height + gap)) * columns + Math.floor(x / (width + gap));
      return x >= 0 && y >= 0 && row < height && column < width && tile < tiles ? { tile, row, column } : null;
    },
  };
}

/** @type {(levels: Uint8Array, colours: Uint32Array, first: number, channels: number) => number} */
function ofMean(levels, colours, first, channels) {
  let total = 0;
  for (let channel = 0; channel < channels; channel++) total += levels[first + channel];
  return colours[Math.round(total / channels)];
}

/** @type {(levels: Uint8Array, colours: Uint32Array, first: number) => number} */
function ofThree(levels, _, first) {
  return pixelOf([levels[first], levels[first + 1], levels[first + 2]]);
}
