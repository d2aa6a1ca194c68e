import { limitOf } from "../../../../browser/script/colour_scales.js";
import { svg } from "../../../../browser/script/dom.js";
import { indexOf } from "../../core/arrays.js";
import { arrayIn } from "../../core/traces.js";
import { linked } from "./links.js";
import { COLUMN_HEIGHT, MIDDLE, columnAt } from "./measures.js";
import { subject } from "./stages.js";

/**
 * @file A small network: a circle for each unit.
 *
 * @import { Cell, Trace } from "../../core/types.js"
 * @import { Stage } from "./stages.js"
 */

const RADIUS = 9;

/** @param {Stage} stage */
export function unitCount({ units: count }) {
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
export function centre(stage, unit) {
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
 * A column of units in the colour of their outputs for a sample, strong where they are large; the one at work marked.
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
    const offset = array.shape.length ? sample * array.strides[0] + unit : 0;
    const value = array.values[offset];
    const circle = svg("circle", {
      cx: columnAt(position),
      cy: centre(stage, unit),
      r: unitRadius(stage),
      class: `unit ${unit === atWork ? "active" : value < 0 ? "negative" : "positive"}`,
    });
    circle.style.fillOpacity = String(unit === atWork ? 1 : 0.12 + 0.88 * Math.min(1, Math.abs(value) / limit));
    return linked({ trace: trace.number, array: array.name, index: indexOf(array, offset) }, circle);
  });
  return svg("g", {}, ...circles);
}
