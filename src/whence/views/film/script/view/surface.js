import { legend, sheet } from "../../../browser/script/canvas.js";
import { palette } from "../../../browser/script/colour_scales.js";
import { element, svg } from "../../../browser/script/dom.js";
import { text } from "../../../browser/script/texts.js";
import { rangeOf } from "../core/scale.js";
import { frameNow } from "../state/state.js";
import { classColours, css, hue } from "./hues.js";
import { pixelOf } from "./mosaic.js";
import { names } from "./names.js";
import { numberText } from "./numbers.js";
import { pathThrough, plot } from "./plot.js";

/**
 * @import { Colour } from "../../../browser/script/colour_scales.js"
 * @import { Film, Numbers, Surface } from "../core/types.js"
 * @import { Panel } from "./chart.js"
 * @import { Plot } from "./plot.js"
 */

const LARGEST = 560;
const STRONGEST = 0.65;
const RADIUS = 3.5;

/**
 * What is predicted over one input or two, with the training points.
 *
 * @param {Film} film
 * @param {Surface} surface
 * @param {number} number
 * @param {number} width
 * @returns {Panel}
 */
export function surfacePanel(film, surface, number, width) {
  return surface.axes.length === 1 ? curvePanel(film, surface, number, width) : planePanel(film, surface, number, width);
}

/**
 * @param {Film} film
 * @param {Surface} surface
 * @param {number} number
 * @param {number} width
 * @returns {Panel}
 */
function planePanel(film, surface, number, width) {
  const { axes, inputs, points, values } = surface;
  const [across, up] = axes.map(({ values: axis }) => ({ low: axis[0], high: /** @type {number} */ (axis.at(-1)) }));
  const named = values.shape[2] > 1 && film.targets.length ? `: ${film.targets[0]}` : "";
  const title = film.classes ? text("surface.boundary") : text("surface.surface") + named;
  const side = Math.min(width, LARGEST);
  const drawn = plot({ width: side, height: side, across, up, label: title, below: `→ ${inputs[0]}\u2003↑ ${inputs[1]}` });
  const { left, top, width: wide, height: tall } = drawn.box;
  const { canvas, pen } = sheet(wide, tall, title);
  canvas.style.left = `${left}px`;
  canvas.style.top = `${top}px`;
  canvas.setAttribute("aria-hidden", "true");
  pen.imageSmoothingEnabled = true;
  const paint = film.classes ? classPaint(values.shape[2]) : numberPaint(surface);
  addPoints(drawn, points, (row) => [points.values[2 * row + 1], css(paint.ofTarget(surface.targets, row))]);
  const [rows, columns, outputs] = values.shape;
  const small = new OffscreenCanvas(columns, rows);
  const smallPen = /** @type {OffscreenCanvasRenderingContext2D} */ (small.getContext("2d"));
  const image = smallPen.createImageData(columns, rows);
  const pixels = new Uint32Array(image.data.buffer);
  return {
    node: element(
      "figure",
      { class: "panel surface" },
      element("figcaption", {}, title),
      element("div", { class: "plane" }, canvas, drawn.node),
      paint.key(film),
    ),
    show() {
      const levels = values.at(frameNow(number));
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++) {
          const start = (row * columns + column) * outputs;
          pixels[(rows - 1 - row) * columns + column] = paint.ofLevels(levels, start);
        }
      }
      smallPen.putImageData(image, 0, 0);
      pen.drawImage(small, 0, 0, wide, tall);
    },
  };
}

/**
 * The colour of the likeliest class, the stronger the surer.
 *
 * @param {number} outputs
 */
function classPaint(outputs) {
  const colours = classColours(outputs);
  const { zero } = palette();
  const count = Math.max(2, outputs);
  return {
    /** @type {(levels: Uint8Array, start: number) => number} */
    ofLevels(levels, start) {
      let best = 0;
      for (let output = 1; output < outputs; output++) if (levels[start + output] > levels[start + best]) best = output;
      const share = levels[start + best] / 255;
      return pixelOf(mixed(zero, colours[best], (STRONGEST * (share * count - 1)) / (count - 1)));
    },
    /** @type {(targets: Numbers, row: number) => Colour} */
    ofTarget: ({ values }, row) => colours[values[row]],
    /** @param {Film} film */
    key: (film) => element("ul", { class: "key" }, ...names(film).map((name, place) => swatch(name, css(colours[place])))),
  };
}

/**
 * The colour of the first predicted number: between those of the least and the greatest, with zero in the middle where
 * numbers have both signs.
 *
 * @param {Surface} surface
 */
function numberPaint({ values, targets }) {
  const largest = Math.max(-values.low, values.high);
  const [low, high] = values.low < 0 && values.high > 0 ? [-largest, largest] : [values.low, values.high];
  const { negative, zero, positive } = palette();
  const colour = (/** @type {number} */ value) => {
    const place = Math.max(-1, Math.min(1, (2 * (value - low)) / (high - low) - 1));
    return mixed(zero, place < 0 ? negative : positive, Math.abs(place));
  };
  const table = Uint32Array.from({ length: 256 }, (_, level) => pixelOf(colour(values.value(level))));
  const each = targets.values.length / targets.shape[0];
  return {
    /** @type {(levels: Uint8Array, start: number) => number} */
    ofLevels: (levels, start) => table[levels[start]],
    /** @type {(of: Numbers, row: number) => Colour} */
    ofTarget: (of, row) => colour(of.values[row * each]),
    key: () => legend(colour, low, high, numberText),
  };
}

/**
 * @param {Film} film
 * @param {Surface} surface
 * @param {number} number
 * @param {number} width
 * @returns {Panel}
 */
function curvePanel(film, { axes: [axis], inputs, points, targets, values }, number, width) {
  const outputs = values.shape[1];
  const each = targets.values.length / targets.shape[0];
  const isClass = film.classes !== null;
  const title = text(isClass ? "surface.probabilities" : "surface.curve");
  const up = isClass ? { low: 0, high: 1 } : rangeOf([...targets.values, values.low, values.high]);
  const across = { low: axis.values[0], high: /** @type {number} */ (axis.values.at(-1)) };
  const drawn = plot({ width: Math.min(width, LARGEST), height: 0.7 * Math.min(width, LARGEST), across, up, label: title, below: inputs[0] });
  addPoints(drawn, points, (row) => {
    const target = targets.values[row * each];
    return isClass ? [0, hue(target)] : [target, hue(0)];
  });
  const paths = Array.from({ length: outputs }, (_, output) => {
    const path = svg("path", { class: "curve value" });
    path.style.stroke = isClass ? hue(output) : outputs > 1 ? hue(output) : "var(--ink)";
    return path;
  });
  drawn.inside.append(...paths);
  const said = isClass ? names(film) : outputs > 1 ? film.targets : [];
  return {
    node: element(
      "figure",
      { class: "panel surface" },
      element("figcaption", {}, title),
      drawn.node,
      element("ul", { class: "key" }, ...said.map((name, place) => swatch(name, hue(place)))),
    ),
    show() {
      const levels = values.at(frameNow(number));
      paths.forEach((path, output) => {
        const heights = Array.from(axis.values, (_, place) => values.value(levels[place * outputs + output]));
        path.setAttribute("d", pathThrough(drawn, axis.values, heights));
      });
    },
  };
}

/**
 * @param {Plot} drawn
 * @param {Numbers} points
 * @param {(row: number) => [height: number, colour: string]} of
 */
function addPoints({ inside, x, y }, { shape: [count, inputs], values }, of) {
  const circles = Array.from({ length: count }, (_, row) => {
    const [height, colour] = of(row);
    const circle = svg("circle", { cx: x(values[row * inputs]).toFixed(1), cy: y(height).toFixed(1), r: RADIUS });
    circle.style.fill = colour;
    return circle;
  });
  inside.append(svg("g", { class: "points" }, ...circles));
}

/** @type {(from: Colour, to: Colour, share: number) => Colour} */
function mixed(from, to, share) {
  const channel = (/** @type {0 | 1 | 2} */ at) => from[at] + (to[at] - from[at]) * Math.max(0, share);
  return [channel(0), channel(1), channel(2)];
}

/** @type {(name: string, colour: string) => HTMLElement} */
function swatch(name, colour) {
  const mark = element("i", { class: "swatch" });
  mark.style.background = colour;
  return element("li", {}, mark, name);
}
