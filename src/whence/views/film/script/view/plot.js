import { svg } from "../../../browser/script/dom.js";
import { scaleOf } from "../core/scale.js";
import { numberText } from "./numbers.js";

/** @import { Range } from "../core/scale.js" */

const LEFT = 46;
const RIGHT = 8;
const TOP = 8;
const BOTTOM = 20;
const LETTER = 7;
const MOST_TICKS = 10;

/**
 * Two axes with their ticks, and where on the drawing numbers lie.
 *
 * @typedef {object} Plot
 * @property {SVGSVGElement} node
 * @property {SVGGElement} inside What is drawn between the axes.
 * @property {(value: number) => number} x
 * @property {(value: number) => number} y
 * @property {{ left: number, top: number, width: number, height: number }} box
 */

/**
 * @param {object} options
 * @param {number} options.width
 * @param {number} options.height
 * @param {Range} options.across
 * @param {Range} options.up
 * @param {string} options.label What is drawn, for those who do not see it.
 * @param {string} [options.below] What the horizontal axis is.
 * @param {(value: number) => string} [options.written]
 * @returns {Plot}
 */
export function plot({ width, height, across, up, label, below, written = numberText }) {
  const bottom = BOTTOM + (below ? 14 : 0);
  const box = { left: LEFT, top: TOP, width: width - LEFT - RIGHT, height: height - TOP - bottom };
  const horizontal = scaleOf(across, Math.max(2, Math.floor(box.width / 70)));
  const vertical = scaleOf(up, Math.max(2, Math.min(MOST_TICKS, Math.floor(box.height / 26))));
  const x = (/** @type {number} */ value) => box.left + horizontal.place(value) * box.width;
  const y = (/** @type {number} */ value) => box.top + (1 - vertical.place(value)) * box.height;
  const floor = box.top + box.height;
  const inside = svg("g", {});
  const node = svg(
    "svg",
    { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": label, class: "plot" },
    ...vertical.ticks.map((tick) =>
      svg(
        "g",
        { class: "tick" },
        svg("line", { x1: box.left, x2: box.left + box.width, y1: y(tick), y2: y(tick) }),
        svg("text", { x: box.left - 5, y: y(tick) + 4, "text-anchor": "end" }, written(tick)),
      ),
    ),
    ...horizontal.ticks.map((tick) => {
      const said = numberText(tick);
      const half = (said.length * LETTER) / 2;
      const place = Math.min(x(tick), width - half);
      return svg("text", { x: place, y: floor + 15, "text-anchor": "middle", class: "tick" }, said);
    }),
    below ? svg("text", { x: box.left + box.width / 2, y: height - 3, "text-anchor": "middle", class: "axis" }, below) : null,
    inside,
    svg("rect", { x: box.left, y: box.top, width: box.width, height: box.height, class: "frame" }),
  );
  return { node, inside, x, y, box };
}

/**
 * The path through points, with gaps where a number is missing.
 *
 * @param {Plot} drawn
 * @param {ArrayLike<number>} across
 * @param {ArrayLike<number>} up
 */
export function pathThrough({ x, y }, across, up) {
  let path = "";
  let isDown = false;
  for (let place = 0; place < up.length; place++) {
    const height = y(up[place]);
    const point = `${x(across[place]).toFixed(1)} ${height.toFixed(1)}`;
    if (Number.isFinite(height)) path += isDown ? `L${point}` : `M${point}h0`; // so that one point alone is a dot
    isDown = Number.isFinite(height);
  }
  return path;
}
