import { element } from "../../../../browser/script/dom.js";
import { text } from "../../../../browser/script/texts.js";
import { fragment } from "../../state/cells.js";
import { arrayIn } from "../../core/traces.js";
import { usesIn } from "../../core/uses.js";
import { recording } from "../../state/page_data.js";
import { displayedName } from "../formula/notation.js";
import { boxesOf, cellsIn, rangeText } from "./index_ranges.js";

/**
 * @import { Explanation } from "../../core/explanation.js"
 * @import { Child } from "../../../../browser/script/dom.js"
 */

/** @typedef {{ trace: number, array: string, box: number[][] }} Use Cells that read the active one. */

const LISTED = 4;
const MOST_LISTED = 1000;

/**
 * Where a cell is read: a few cells by name, many as ranges that open into their cells.
 *
 * @param {Explanation} explanation
 */
export function usesList(explanation) {
  const found = [...usesOf(explanation)];
  if (!found.length) return element("p", { class: "uses" }, text("cell.unused"));
  return element(
    "div",
    { class: "uses" },
    element("span", {}, text("cell.uses")),
    element("ul", {}, ...found.map((use) => element("li", {}, ...listed(use)))),
  );
}

/**
 * @param {Explanation} explanation
 * @returns {Generator<Use>}
 */
function* usesOf({ cell: { array: name, index }, trace }) {
  for (const formula of trace.formulas.values()) {
    if (!formula.reads.includes(name)) continue;
    const { shape } = arrayIn(trace.arrays, formula.array);
    for (const places of boxesOf(usesIn(formula, trace.read, name, index))) {
      const box = places.map((some, axis) => some ?? Array.from({ length: shape[axis] }, (_, place) => place));
      yield { trace: trace.number, array: formula.array, box };
    }
  }
  const next = recording.traces[trace.number + 1];
  const carriedTo = name.replace(/_new$/, "");
  if (next && carriedTo !== name && next.arrays.has(carriedTo) && !next.formulas.has(carriedTo)) {
    yield { trace: next.number, array: carriedTo, box: index.map((place) => [place]) };
  }
}

/** @param {Use} use */
function listed(use) {
  const count = use.box.reduce((total, places) => total * places.length, 1);
  return count <= LISTED ? links(use, count) : [asRange(use, count)];
}

/**
 * The cells of a use as links, with commas between.
 *
 * @param {Use} use
 * @param {number} limit
 * @returns {Child[]}
 */
function links({ trace, array, box }, limit) {
  return cellsIn(box, limit).flatMap((index, position) => {
    const cell = { trace, array, index };
    const link = element("a", { href: fragment(cell) }, displayedName(cell));
    return position ? [", ", link] : [link];
  });
}

/**
 * Many cells in short; they are listed when they are asked for.
 *
 * @param {Use} use
 * @param {number} count
 */
function asRange(use, count) {
  const short = displayedName({ trace: use.trace, array: use.array, index: use.box.map(rangeText) });
  const cells = element("div", { class: "cells" });
  const open = () => {
    if (cells.childNodes.length) return;
    for (const part of links(use, MOST_LISTED)) if (part) cells.append(part);
    if (count > MOST_LISTED) cells.append(", …");
  };
  return element(
    "details",
    { ontoggle: open, name: "uses" },
    element(
      "summary",
      {},
      short,
      element("span", { class: "count" }, ` ${text("cell.cells", { count })}`),
    ),
    cells,
  );
}
