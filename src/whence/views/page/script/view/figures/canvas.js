import { element } from "../dom.js";
import { numberText } from "../number_format.js";
import { diverging } from "./colour_scales.js";

/**
 * @import { Colour, Palette } from "./colour_scales.js"
 */

/** @typedef {CanvasRenderingContext2D} Pen */

const SMALLEST_MARK = 4;

/**
 * A canvas as sharp as the screen, and a pen that counts in CSS pixels.
 *
 * @param {number} width
 * @param {number} height
 * @param {string} label
 */
export function sheet(width, height, label) {
  const density = window.devicePixelRatio || 1;
  const canvas = element("canvas", {
    role: "img",
    "aria-label": label,
    width: Math.round(width * density),
    height: Math.round(height * density),
  });
  canvas.style.aspectRatio = `${width} / ${height}`;
  canvas.style.width = `${width}px`;
  const pen = penOf(canvas);
  pen.scale(density, density);
  pen.imageSmoothingEnabled = false;
  return { canvas, pen };
}

/** @param {HTMLCanvasElement} canvas */
function penOf(canvas) {
  const pen = canvas.getContext("2d");
  if (!pen) throw new Error("this browser draws no pictures");
  return pen;
}

/**
 * A picture with a pixel for each place, row after row.
 *
 * @param {number} width
 * @param {number} height
 * @param {(row: number, column: number) => Colour} colourAt
 */
export function bitmap(width, height, colourAt) {
  const canvas = element("canvas", { width, height });
  const pen = penOf(canvas);
  const image = pen.createImageData(width, height);
  for (let row = 0, place = 0; row < height; row++) {
    for (let column = 0; column < width; column++, place += 4) {
      image.data.set(colourAt(row, column), place);
      image.data[place + 3] = 255;
    }
  }
  pen.putImageData(image, 0, 0);
  return canvas;
}

/**
 * Marks a place by filling it, large enough to be seen.
 *
 * @param {Pen} pen
 * @param {string} colour
 * @param {string} ink
 * @param {number} x
 * @param {number} y
 * @param {number} wide
 * @param {number} tall
 */
export function spot(pen, colour, ink, x, y, wide, tall) {
  const [width, height] = [Math.max(wide, SMALLEST_MARK), Math.max(tall, SMALLEST_MARK)];
  pen.fillStyle = colour;
  pen.fillRect(x + (wide - width) / 2, y + (tall - height) / 2, width, height);
  if (width >= 8) outline(pen, ink, x, y, width, height);
}

/**
 * @param {Pen} pen
 * @param {string} colour
 * @param {number} x
 * @param {number} y
 * @param {number} width
 * @param {number} height
 */
export function outline(pen, colour, x, y, width, height, thickness = 1) {
  pen.strokeStyle = colour;
  pen.lineWidth = thickness;
  pen.strokeRect(x + 0.5, y + 0.5, Math.max(1, width - 1), Math.max(1, height - 1));
}

/**
 * What the colours of a diverging scale stand for.
 *
 * @param {Palette} colours
 * @param {number} limit
 */
export function legend(colours, limit) {
  const width = 120;
  const colour = diverging(colours, limit);
  const { canvas, pen } = sheet(width, 8, "");
  canvas.setAttribute("aria-hidden", "true");
  for (let x = 0; x < width; x++) {
    const rgb = colour(((2 * x) / (width - 1) - 1) * limit).map(Math.round);
    pen.fillStyle = `rgb(${rgb.join(" ")})`;
    pen.fillRect(x, 0, 1, 8);
  }
  return element("div", { class: "legend" }, numberText(-limit), canvas, numberText(limit));
}
