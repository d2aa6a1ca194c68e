import { element, svg } from "../../../browser/script/dom.js";
import { text } from "../../../browser/script/texts.js";
import { rangeOf } from "../core/scale.js";
import { timeline } from "../state/films.js";
import { state } from "../state/state.js";
import { numberText } from "./numbers.js";
import { pathThrough, plot } from "./plot.js";

/**
 * A part of the page that follows the film.
 *
 * @typedef {{ node: Element, show(): void }} Panel
 */

/**
 * @typedef {object} Curve
 * @property {string} name
 * @property {string} colour
 * @property {string} [dashes]
 * @property {boolean} [isFaint] Whether it is drawn thin, and its value not written.
 * @property {ArrayLike<number>} epochs
 * @property {ArrayLike<number>} values
 */

/**
 * Curves over the training, with their values at the moment on show.
 *
 * @param {string} title
 * @param {Curve[]} curves
 * @param {object} options
 * @param {number} options.width
 * @param {number} options.height
 * @param {string} [options.hint] What is shown, at more length.
 * @param {boolean} [options.isLogarithmic]
 * @param {boolean} [options.fromZero] Whether the axis begins at zero.
 * @param {(value: number) => string} [options.written]
 * @returns {Panel}
 */
export function chart(title, curves, { width, height, hint = "", isLogarithmic = false, fromZero = true, written = numberText }) {
  const values = curves.flatMap((curve) => Array.from(curve.values));
  const up = rangeOf(fromZero && !isLogarithmic ? [0, ...values] : values, isLogarithmic);
  const drawn = plot({ width, height, across: { low: 0, high: lastEpoch() }, up, label: title, written });
  const { box, inside, node } = drawn;
  for (const { colour, dashes, isFaint, epochs, values: heights } of curves) {
    const path = svg("path", { d: pathThrough(drawn, epochs, heights), class: isFaint ? "curve faint" : "curve" });
    path.style.stroke = colour;
    if (dashes) path.style.strokeDasharray = dashes;
    inside.append(path);
  }
  const cursor = svg("line", { class: "cursor", y1: box.top, y2: box.top + box.height });
  node.append(cursor);
  const told = curves.filter(({ isFaint }) => !isFaint);
  const readings = told.map(() => element("b", {}));
  const legend = told.map(({ name, colour, dashes }, place) =>
    element("li", {}, key(colour, dashes), name, " ", readings[place]),
  );
  return {
    node: element("figure", { class: "panel chart" }, element("figcaption", { title: hint || null }, title), element("ul", { class: "key" }, ...legend), node),
    show() {
      const epoch = timeline.times[state.moment];
      const place = drawn.x(epoch).toFixed(1);
      cursor.setAttribute("x1", place);
      cursor.setAttribute("x2", place);
      told.forEach((curve, number) => {
        const value = valueAt(curve, epoch);
        readings[number].textContent = value === null ? text("charts.none") : written(value);
      });
    },
  };
}

export function lastEpoch() {
  return timeline.times[timeline.last] || 1;
}

/**
 * The last value of a curve that was measured by an epoch.
 *
 * @param {Curve} curve
 * @param {number} epoch
 */
function valueAt({ epochs, values }, epoch) {
  let found = null;
  for (let place = 0; place < epochs.length && epochs[place] <= epoch + 1e-9; place++) found = values[place];
  return found === null || !Number.isFinite(found) ? null : found;
}

/**
 * A line as the curve that it stands for.
 *
 * @param {string} colour
 * @param {string} [dashes]
 */
function key(colour, dashes) {
  const line = svg("line", { x1: 0, x2: 18, y1: 4, y2: 4 });
  line.style.stroke = colour;
  if (dashes) line.style.strokeDasharray = dashes;
  return svg("svg", { viewBox: "0 0 18 8", width: 18, height: 8, "aria-hidden": "true" }, line);
}
