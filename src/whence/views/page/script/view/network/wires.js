import { limitOf } from "../../../../browser/script/colour_scales.js";
import { svg } from "../../../../browser/script/dom.js";
import { text } from "../../../../browser/script/texts.js";
import { indexOf } from "../../core/arrays.js";
import { arrayIn } from "../../core/traces.js";
import { numberText } from "../number_format.js";
import { linked } from "./links.js";
import { MARGIN, columnAt } from "./measures.js";
import { subject } from "./stages.js";
import { centre, unitCount } from "./units.js";

/**
 * @file A small network: a line for each weight, and what their widths and colours stand for.
 *
 * @import { Cell, Trace } from "../../core/types.js"
 * @import { Stage } from "./stages.js"
 */

export const LEGEND_HEIGHT = 22;

const SAMPLE = 28;
const APART = 84;

/**
 * The weight from each unit of a stage to each of the next, if that is what lies between them.
 *
 * @param {Trace} trace
 * @param {Stage} before
 * @param {Stage} stage
 */
function weightsBetween(trace, before, stage) {
  return stage.parameters
    .map((name) => arrayIn(trace.arrays, name))
    .find(({ shape }) => shape.length === 2 && shape[0] === before.units && shape[1] === stage.units);
}

/**
 * The size of the largest weight that is drawn as a line, or 0 if there is none.
 *
 * @param {Trace} trace
 * @param {Stage[]} stages
 */
export function largestWeight(trace, stages) {
  const drawn = stages.slice(1).map((stage, place) => weightsBetween(trace, stages[place], stage));
  return Math.max(0, ...drawn.map((array) => (array ? limitOf(array.values) : 0)));
}

/** @param {number} share The size of a weight, as a share of the largest. */
function widthOfWire(share) {
  return 0.5 + 3 * share;
}

/**
 * The weights between two columns of units, thick where they are large, or plain lines from unit to unit.
 *
 * @param {Trace} trace
 * @param {Stage} before
 * @param {Stage} stage
 * @param {number} position
 * @param {{ cell: Cell, limit: number }} scale The cell on show, and the size of the largest weight in the drawing.
 */
export function wires(trace, before, stage, position, { cell, limit }) {
  const array = weightsBetween(trace, before, stage);
  /** @type {(from: number, to: number, kind: string) => SVGLineElement} */
  const line = (from, to, kind) =>
    svg("line", {
      x1: columnAt(position - 1),
      y1: centre(before, from),
      x2: columnAt(position),
      y2: centre(stage, to),
      class: `wire ${kind}`,
    });
  if (!array) {
    const [sources, targets] = [unitCount(before), unitCount(stage)];
    const lines = Array.from({ length: targets === 1 ? sources : Math.min(sources, targets) }, (_, unit) =>
      line(unit, targets === 1 ? 0 : unit, "single"),
    );
    return svg("g", {}, ...lines);
  }
  const atWork = subject(cell.array) === array.name ? cell.index.join() : null;
  const lines = Array.from(array.values, (value, offset) => {
    const [from, to] = indexOf(array, offset);
    const isActive = atWork === `${from},${to}`;
    const wire = line(from, to, isActive ? "active" : value < 0 ? "negative" : "positive");
    wire.style.strokeWidth = String(isActive ? 4 : widthOfWire(Math.abs(value) / limit));
    return linked({ trace: trace.number, array: array.name, index: [from, to] }, wire);
  });
  return svg("g", {}, ...lines);
}

/**
 * What the widths and the colours of lines stand for: the largest weights, half of them, and zero.
 *
 * @param {number} limit
 * @param {number} top
 */
export function widthLegend(limit, top) {
  const y = top + LEGEND_HEIGHT / 2;
  const shares = [-1, -0.5, 0, 0.5, 1];
  const title = svg("text", { x: MARGIN - 40, y: y + 4, class: "kind start" }, text("network.weights"));
  const entries = shares.flatMap((share, place) => {
    const x = MARGIN + 20 + place * APART;
    const kind = share === 0 ? "single" : share < 0 ? "negative" : "positive";
    const line = svg("line", { x1: x, y1: y, x2: x + SAMPLE, y2: y, class: `wire ${kind}` });
    line.style.strokeWidth = String(widthOfWire(Math.abs(share)));
    const number = numberText(Number((share * limit).toPrecision(2)));
    return [line, svg("text", { x: x + SAMPLE + 5, y: y + 4, class: "kind start" }, number)];
  });
  return svg("g", { class: "widths" }, title, ...entries);
}
