import { element } from "./dom.js";

/** @import { Colour } from "./colour_scales.js" */

/** @typedef {CanvasRenderingContext2D} Pen */

const SMALLEST_MARK = 4;
const LEGEND_WIDTH = 160;

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

/**
 * Paints a canvas just before the screen shows it; never, if another has taken its place by then.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {() => void} paint
 */
export function whenShown(canvas, paint) {
  requestAnimationFrame(() => {
    if (canvas.isConnected) paint();
  });
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
  const { data } = image;
  for (let row = 0, place = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const colour = colourAt(row, column);
      data[place++] = colour[0];
      data[place++] = colour[1];
      data[place++] = colour[2];
      data[place++] = 255;
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
 * What the colours of a scale stand for: its ends, and zero between them.
 *
 * @param {(value: number) => Colour} colour
 * @param {number} low
 * @param {number} high
 * @param {(value: number) => string} written
 */
export function legend(colour, low, high, written) {
  const picture = bitmap(LEGEND_WIDTH, 1, (_, x) => colour(low + ((high - low) * x) / (LEGEND_WIDTH - 1)));
  picture.setAttribute("aria-hidden", "true");
  const numbers = low < 0 ? [low, 0, high] : [low, high];
  const labels = numbers.map((number) => element("span", {}, written(number)));
  return element("div", { class: "legend" }, picture, element("div", {}, ...labels));
}
