import { svg } from "../../../../browser/script/dom.js";
import { firstCell } from "../../state/navigation.js";
import { linked } from "./links.js";
import { COLUMN_HEIGHT, MIDDLE, columnAt } from "./measures.js";

/**
 * @file A large network: a block for each stage, as high as the stage is large, and funnels between them.
 *
 * @import { Trace } from "../../core/types.js"
 * @import { Stage } from "./stages.js"
 */

const BLOCK_WIDTH = 26;

/** @param {Stage} stage */
function blockHeight({ size }) {
  return Math.min(COLUMN_HEIGHT - 10, 14 + 13 * Math.log2(size + 1));
}

/** @param {Stage} stage */
export function topOfBlock(stage) {
  return MIDDLE - blockHeight(stage) / 2;
}

/**
 * @param {Trace} trace
 * @param {Stage} stage
 * @param {number} position
 */
export function block(trace, stage, position) {
  const [x, y, height] = [columnAt(position) - BLOCK_WIDTH / 2, topOfBlock(stage), blockHeight(stage)];
  const shape = svg("rect", { class: "block", x, y, width: BLOCK_WIDTH, height, rx: 5 });
  return linked(firstCell(trace, stage.output), shape);
}

/**
 * @param {Trace} trace
 * @param {Stage} before
 * @param {Stage} stage
 * @param {number} position
 */
export function funnel(trace, before, stage, position) {
  const [left, right] = [columnAt(position - 1) + BLOCK_WIDTH / 2, columnAt(position) - BLOCK_WIDTH / 2];
  const [start, end] = [blockHeight(before) / 2, blockHeight(stage) / 2];
  const points = [
    [left, MIDDLE - start],
    [right, MIDDLE - end],
    [right, MIDDLE + end],
    [left, MIDDLE + start],
  ];
  const shape = svg("polygon", { class: "funnel", points: points.map((point) => point.join()).join(" ") });
  return stage.parameters.length ? linked(firstCell(trace, stage.parameters[0]), shape) : shape;
}
