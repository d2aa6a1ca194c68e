import { indexOf } from "../../core/arrays.js";
import { arrayIn } from "../../core/traces.js";
import { svg } from "../dom.js";
import { limitOf } from "../figures/colour_scales.js";
import { COLUMN_HEIGHT, MIDDLE, columnAt } from "./measures.js";
import { subject } from "./stages.js";

/**
 * @file A small network: a circle for each unit and a line for each weight.
 *
 * @import { Cell, Trace } from "../../core/types.js"
 * @import { Stage } from "./stages.js"
 */

const RADIUS = 9;

/** @param {Stage} stage */
function unitCount({ units: count }) {
  return count ?? 1;
}

/** @param {Stage} stage */
function gapOf(stage) {
  return Math.min(38, COLUMN_HEIGHT / Math.max(1, unitCount(stage)));
}

/**
 * @param {Stage} stage
 * @param {number} unit
 */
function centre(stage, unit) {
  return MIDDLE + (unit - (unitCount(stage) - 1) / 2) * gapOf(stage);
}

/** @param {Stage} stage */
export function topOfUnits(stage) {
  return centre(stage, 0) - unitRadius(stage);
}

/** @param {Stage} stage */
function unitRadius(stage) {
  return Math.min(RADIUS, gapOf(stage) / 2 - 1);
}

/**
 * A column of units, strong where their outputs for a sample are large; the one at work marked.
 *
 * @param {Trace} trace
 * @param {Stage} stage
 * @param {number} position
 * @param {number} sample
 * @param {Cell} cell
 */
export function units(trace, stage, position, sample, cell) {
  const array = arrayIn(trace.arrays, stage.output);
  const limit = limitOf(array.values);
  const atWork = [...stage.arrays, ...stage.parameters].includes(subject(cell.array)) ? cell.index.at(-1) : null;
  const circles = Array.from({ length: unitCount(stage) }, (_, unit) => {
    const value = array.values[sample * (array.strides[0] ?? 0) + unit];
    const circle = svg("circle", {
      cx: columnAt(position),
      cy: centre(stage, unit),
      r: unitRadius(stage),
      class: unit === atWork ? "unit active" : "unit",
    });
    circle.style.fillOpacity = String(unit === atWork ? 1 : 0.12 + 0.88 * Math.min(1, Math.abs(value) / limit));
    return circle;
  });
  return svg("g", {}, ...circles);
}

/**
 * The weights between two columns of units, thick where they are large, or plain lines from unit to unit.
 *
 * @param {Trace} trace
 * @param {Stage} before
 * @param {Stage} stage
 * @param {number} position
 * @param {Cell} cell
 */
export function wires(trace, before, stage, position, cell) {
  const array = stage.parameters
    .map((name) => arrayIn(trace.arrays, name))
    .find(({ shape }) => shape.length === 2 && shape[0] === before.units && shape[1] === stage.units);
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
    const pairs = Math.min(unitCount(before), unitCount(stage));
    return svg("g", {}, ...Array.from({ length: pairs }, (_, unit) => line(unit, unit, "single")));
  }
  const limit = limitOf(array.values);
  const atWork = subject(cell.array) === array.name ? cell.index.join() : null;
  const lines = Array.from(array.values, (value, offset) => {
    const [from, to] = indexOf(array, offset);
    const isActive = atWork === `${from},${to}`;
    const wire = line(from, to, isActive ? "active" : value < 0 ? "negative" : "positive");
    wire.style.strokeWidth = String(isActive ? 4 : 0.5 + (2 * Math.abs(value)) / limit);
    return wire;
  });
  return svg("g", {}, ...lines);
}
