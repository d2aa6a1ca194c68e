import { arithmetic } from "./arithmetic.js";
import { displayedName, fragment, offsetOf } from "./cells.js";
import { element } from "./dom.js";
import { counted, written } from "./numbers.js";
import { redraw, state } from "./state.js";
import { text } from "./texts.js";
import { usesIn } from "./uses.js";

const LISTED_USES = 4;

/** What else there is to know of the active cell: a field to change it, its uses, and the function that made it. */
export function below(trace) {
  const array = trace.arrays.get(state.cell.array);
  const offset = offsetOf(array, state.cell.index);
  return [
    state.lesson.editable(trace, array.name) ? editor(trace, array, offset) : null,
    recorded(array, offset),
    uses(trace),
    madeBy(trace, array.name),
  ];
}

/** The cells passed on the way to the active one, as links back. */
export function trail() {
  const link = (cell) =>
    element("li", {}, element("a", { href: fragment(cell), "data-trail": true }, displayedName(cell)));
  const here = element("li", { "aria-current": "location" }, displayedName(state.cell));
  return element("ol", {}, ...state.trail.map(link), here);
}

/** The active cell, the numbers it is made of, and what they come to. */
export function equation(trace, { formula }) {
  const array = trace.arrays.get(state.cell.array);
  const value = array.values[offsetOf(array, state.cell.index)];
  const name = element("span", { class: "name" }, displayedName(state.cell));
  const result = element("span", { class: "result" }, written(value));
  const middle = formula ? [" = ", ...arithmetic(trace, formula, state.cell.index)] : [];
  const origin = formula ? [] : [element("span", { class: "given" }, given(trace, array))];
  return [name, ...middle, " = ", result, ...origin];
}

function given(trace, array) {
  const source = state.lesson.carried(trace, array.name);
  if (source) {
    const cell = { trace: trace.number - 1, array: source.name, index: state.cell.index };
    return [text("given.carried"), " ", element("a", { href: fragment(cell) }, displayedName(cell))];
  }
  return text(`given.${trace.origins[array.name].phase}`);
}

function recorded(array, offset) {
  if (!array.changed?.[offset]) return null;
  return element("p", { class: "was" }, text("bench.was", { value: written(array.recorded[offset]) }));
}

function madeBy(trace, name) {
  const { function: origin } = trace.origins[name];
  return origin ? element("p", { class: "maker" }, text("bench.maker"), " ", element("code", {}, origin)) : null;
}

/** Where the cell is read: a few cells by name, and how many there are. */
function uses(trace) {
  const found = [...trace.formulas.values()].flatMap((formula) =>
    formula.reads.includes(state.cell.array)
      ? usesIn(formula, trace.read, state.cell.array, state.cell.index).map((pattern) => [formula.array, pattern])
      : [],
  );
  const next = state.lesson.traces[trace.number + 1];
  const carriedTo = state.cell.array.replace(/_new$/, "");
  if (next && carriedTo !== state.cell.array && next.arrays.has(carriedTo) && !next.formulas.has(carriedTo)) {
    found.push([carriedTo, state.cell.index, next]);
  }
  if (!found.length) return element("p", { class: "uses" }, text("bench.unused"));
  return element(
    "div",
    { class: "uses" },
    element("span", {}, text("bench.uses")),
    element(
      "ul",
      {},
      ...found.map(([name, pattern, other = trace]) => element("li", {}, ...use(other, name, pattern))),
    ),
  );
}

function use(trace, name, pattern) {
  const { shape } = trace.arrays.get(name);
  const cells = expand(pattern, shape, LISTED_USES + 1);
  const link = (index) => {
    const cell = { trace: trace.number, array: name, index };
    return element("a", { href: fragment(cell) }, displayedName(cell));
  };
  if (cells.length <= LISTED_USES)
    return cells.flatMap((index, position) => (position ? [", ", link(index)] : [link(index)]));
  const count = pattern.reduce((total, place, axis) => total * (place === null ? shape[axis] : 1), 1);
  return [
    link(cells[0]),
    " … ",
    link(pattern.map((place, axis) => place ?? shape[axis] - 1)),
    element("span", { class: "count" }, ` ${text("bench.cells", { count: counted(count) })}`),
  ];
}

/** At most `limit` of the cells that a pattern stands for. */
function expand(pattern, shape, limit) {
  const extents = pattern.map((place, axis) => (place === null ? shape[axis] : 1));
  const total = extents.reduce((product, extent) => product * extent, 1);
  return Array.from({ length: Math.min(total, limit) }, (_, position) => {
    let rest = position;
    return pattern
      .map((place, axis) => [place, extents[axis]])
      .reduceRight((index, [place, extent]) => {
        const own = place ?? rest % extent;
        if (place === null) rest = Math.floor(rest / extent);
        return [own, ...index];
      }, []);
  });
}

/** A field in which the number can be changed; all that follows from it is computed again. */
function editor(trace, array, offset) {
  const most = array.whole ? largestLabel(trace, array.name) : null;
  const field = element("input", {
    type: "number",
    id: "edit",
    "data-key": "edit",
    step: array.whole ? "1" : "any",
    min: most === null ? null : "0",
    max: most,
    value: String(array.values[offset]),
    required: true,
  });
  const submit = (event) => {
    event.preventDefault();
    if (!Number.isFinite(field.valueAsNumber)) return;
    state.lesson.edit(trace, array.name, offset, field.valueAsNumber);
    redraw();
  };
  return element(
    "form",
    { class: "editor", onsubmit: submit },
    element("label", { for: "edit" }, text("bench.edit")),
    field,
    element("button", { type: "submit", "data-key": "apply" }, text("bench.apply")),
  );
}

/** The largest value of an array of indices: the end of the axis on which it stands as a subscript. */
function largestLabel(trace, name) {
  for (const formula of trace.formulas.values()) {
    for (const length of formula.axesIndexedBy(name)) return length - 1;
  }
  return null;
}
