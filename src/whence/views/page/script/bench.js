import { arithmetic } from "./arithmetic.js";
import { displayedName, fragment, offsetOf } from "./cells.js";
import { element } from "./dom.js";
import { editor } from "./editor.js";
import { told } from "./names.js";
import { written } from "./numbers.js";
import { state } from "./state.js";
import { text } from "./texts.js";
import { usedIn } from "./used_in.js";

/** What else there is to know of the active cell: a field to change it, its uses, and the function that made it. */
export function below(trace) {
  const array = trace.arrays.get(state.cell.array);
  const offset = offsetOf(array, state.cell.index);
  return [
    state.lesson.editable(trace, array.name) ? editor(trace, array, offset) : null,
    recorded(array, offset),
    usedIn(trace),
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
  const result = element("span", { class: "result" }, told(array, value));
  const middle = formula ? [" = ", ...arithmetic(trace, formula, state.cell.index)] : [];
  const number = told(array, value) === written(value) ? [] : [written(value), " · "];
  const origin = formula ? [] : [element("span", { class: "given" }, ...number, given(trace, array))];
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
