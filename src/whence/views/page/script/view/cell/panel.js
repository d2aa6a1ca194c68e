import { element } from "../../../../browser/script/dom.js";
import { preferences } from "../../../../browser/script/preferences.js";
import { text } from "../../../../browser/script/texts.js";
import { fragment } from "../../state/cells.js";
import { exercise, recording } from "../../state/page_data.js";
import { state } from "../../state/state.js";
import { displayedName } from "../formula/notation.js";
import { numberText } from "../number_format.js";
import { valueText } from "../value_text.js";
import { answerForm } from "./answer.js";
import { arithmetic } from "./arithmetic.js";
import { editor } from "./editor.js";
import { usesList } from "./uses_list.js";

/**
 * @import { Explanation } from "../../core/explanation.js"
 * @import { Cell } from "../../core/types.js"
 */

/** The cells passed on the way to the active one, as links back. */
export function trail() {
  const link = (/** @type {Cell} */ cell) =>
    element("li", {}, element("a", { href: fragment(cell) }, displayedName(cell)));
  const here = element("li", { "aria-current": "location" }, displayedName(state.cell));
  return element("ol", {}, ...state.trail.map(link), here);
}

/**
 * The cell, the numbers it is made of, and what they come to.
 *
 * @param {Explanation} explanation
 */
export function equation(explanation) {
  const { cell, trace, array, offset, formula } = explanation;
  const value = array.values[offset];
  const name = element("span", { class: "name" }, displayedName(cell));
  const blank = exercise?.blankAt(array.name, offset);
  if (formula && (!blank || blank.hinted || blank.verdict === "right")) {
    const { parts, sign, result } = arithmetic(trace, formula, cell.index, value);
    const isRounded = sign === "≈" && !Number.isNaN(value);
    const hint = isRounded ? text("arithmetic.rounded") : null;
    const shown = array.valueNames?.[value] ?? result;
    return [name, " = ", ...parts, isRounded ? " ≈ " : " = ", element("span", { class: "result", title: hint }, shown)];
  }
  const said = valueText(array, value);
  const number = said === numberText(value) ? [] : [numberText(value), " · "];
  const origin = formula ? null : element("span", { class: "given" }, ...number, ...given(explanation));
  return [name, " = ", element("span", { class: "result" }, said), origin];
}

/**
 * Where a cell comes from that nothing computes.
 *
 * @param {Explanation} explanation
 */
function given({ cell, trace, array }) {
  const source = recording.carried(trace, array.name);
  if (!source) return [text(`given.${trace.origins[array.name].phase}`)];
  const earlier = { trace: trace.number - 1, array: source.name, index: cell.index };
  return [text("given.carried"), " ", element("a", { href: fragment(earlier) }, displayedName(earlier))];
}

/**
 * What else there is to know of the cell: a field to change it, its uses, and the function that made it.
 *
 * @param {Explanation} explanation
 */
export function below(explanation) {
  const { trace, array, offset } = explanation;
  const blank = exercise?.blankAt(array.name, offset);
  const isNews = explanation.formula && !exercise && !preferences.hasAsked;
  return [
    isNews ? element("p", { class: "hint" }, text("hint")) : null,
    blank ? answerForm(blank) : null,
    !exercise && recording.isEditable(trace, array.name) ? editor(explanation) : null,
    recorded(explanation),
    usesList(explanation),
    madeBy(explanation),
  ];
}

/** @param {Explanation} explanation */
function recorded({ array, offset }) {
  if (!array.changed?.[offset]) return null;
  return element("p", { class: "was" }, text("cell.was", { value: numberText(array.recorded[offset]) }));
}

/** @param {Explanation} explanation */
function madeBy({ trace, array }) {
  const { function: maker } = trace.origins[array.name];
  return maker ? element("p", { class: "maker" }, text("cell.maker", { maker })) : null;
}
