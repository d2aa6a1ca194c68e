import { displayedName, fragment } from "./cells.js";
import { element } from "./dom.js";
import { counted } from "./numbers.js";
import { boxesOf, cellsIn, rangeText } from "./ranges.js";
import { state } from "./state.js";
import { text } from "./texts.js";
import { usesIn } from "./uses.js";

const LISTED = 4;
const MOST_LISTED = 1000;

/** Where the active cell is read: a few cells by name, many as ranges that open into their cells. */
export function usedIn(trace) {
  const found = [...usesOf(trace)];
  if (!found.length) return element("p", { class: "uses" }, text("bench.unused"));
  return element(
    "div",
    { class: "uses" },
    element("span", {}, text("bench.uses")),
    element("ul", {}, ...found.map((use) => element("li", {}, ...listed(use)))),
  );
}

/** The boxes of cells that read the active one, with the arrays and the traces that they are in. */
function* usesOf(trace) {
  const { array: name, index } = state.cell;
  for (const formula of trace.formulas.values()) {
    if (!formula.reads.includes(name)) continue;
    const { shape } = trace.arrays.get(formula.array);
    for (const box of boxesOf(usesIn(formula, trace.read, name, index))) {
      const places = box.map((some, axis) => some ?? Array.from({ length: shape[axis] }, (_, place) => place));
      yield { trace, array: formula.array, box: places };
    }
  }
  const next = state.lesson.traces[trace.number + 1];
  const carriedTo = name.replace(/_new$/, "");
  if (next && carriedTo !== name && next.arrays.has(carriedTo) && !next.formulas.has(carriedTo)) {
    yield { trace: next, array: carriedTo, box: index.map((place) => [place]) };
  }
}

function listed(use) {
  const count = use.box.reduce((total, places) => total * places.length, 1);
  return count <= LISTED ? links(use, count) : [asRange(use, count)];
}

/** The cells of a use as links, with commas between. */
function links({ trace, array, box }, limit) {
  return cellsIn(box, limit).flatMap((index, position) => {
    const cell = { trace: trace.number, array, index };
    const link = element("a", { href: fragment(cell) }, displayedName(cell));
    return position ? [", ", link] : [link];
  });
}

/** Many cells in short; they are listed when they are asked for. */
function asRange(use, count) {
  const short = displayedName({ trace: use.trace.number, array: use.array, index: use.box.map(rangeText) });
  const cells = element("div", { class: "cells" });
  const open = () => {
    if (!cells.childNodes.length) cells.append(...links(use, MOST_LISTED), count > MOST_LISTED ? ", …" : "");
  };
  return element(
    "details",
    { ontoggle: open, name: "uses" },
    element(
      "summary",
      {},
      short,
      element("span", { class: "count" }, ` ${text("bench.cells", { count: counted(count) })}`),
    ),
    cells,
  );
}
