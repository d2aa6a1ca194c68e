import { svg } from "../../../../browser/script/dom.js";
import { text } from "../../../../browser/script/texts.js";
import { block, funnel, topOfBlock } from "./blocks.js";
import { footHeight, labels } from "./labels.js";
import { COLUMN_DISTANCE, COLUMN_HEIGHT, MARGIN, columnAt } from "./measures.js";
import { SKIP_HEIGHT, skipConnectionsOf, skipLine } from "./skip_connections.js";
import { stageOf, stagesOf } from "./stages.js";
import { topOfUnits, units } from "./units.js";
import { LEGEND_HEIGHT, largestWeight, widthLegend, wires } from "./wires.js";

/** @import { Explanation } from "../../core/explanation.js" */

const MOST_UNITS = 12;
const BAND = 88;

/**
 * The network: columns of units with their weights, or of blocks where there are many; the place at work marked.
 *
 * @param {Explanation} explanation
 */
export function network({ trace, cell, array }) {
  const stages = stagesOf(trace);
  const sample = array.letters[0] === "n" ? cell.index[0] : 0;
  const isSmallNetwork = stages.every((stage) => stage.units !== null && stage.units <= MOST_UNITS);
  const width = 2 * MARGIN + (stages.length - 1) * COLUMN_DISTANCE;
  const limit = isSmallNetwork ? largestWeight(trace, stages) : 0;
  const foot = COLUMN_HEIGHT + footHeight(stages);
  const height = foot + (limit ? LEGEND_HEIGHT : 0);
  const here = stageOf(trace, stages, cell.array);
  const skips = skipConnectionsOf(trace, stages);
  const above = skips.length ? SKIP_HEIGHT : 0;
  const drawing = svg("svg", {
    viewBox: `0 ${-above} ${width} ${height + above}`,
    class: "network",
    role: "group",
    "aria-label": text("network.label"),
  });
  if (here) drawing.append(band(here.isBefore ? here.at - 0.5 : here.at, foot));
  const top = (/** @type {number} */ position) => (isSmallNetwork ? topOfUnits : topOfBlock)(stages[position]);
  drawing.append(
    ...stages.slice(1).map((stage, place) => {
      const [before, position] = [stages[place], place + 1];
      return isSmallNetwork
        ? wires(trace, before, stage, position, { cell, limit })
        : funnel(trace, before, stage, position);
    }),
    ...stages.map((stage, position) =>
      isSmallNetwork ? units(trace, stage, position, sample, cell) : block(trace, stage, position),
    ),
    ...skips.map((skip) => skipLine(skip, top)),
    ...stages.map((_, position) => labels(trace, stages, position, cell)),
  );
  if (limit) drawing.append(widthLegend(limit, foot));
  drawing.style.width = `${width}px`;
  return drawing;
}

/**
 * Marks the place at work.
 *
 * @param {number} position
 * @param {number} height
 */
function band(position, height) {
  const x = columnAt(position) - BAND / 2;
  return svg("rect", { class: "here", x, y: 2, width: BAND, height: height - 4, rx: 10 });
}
