import { byId, element } from "../../../browser/script/dom.js";
import { text } from "../../../browser/script/texts.js";
import { formulaMath } from "./formula/mathml.js";
import { stepTitle } from "./steps_list.js";

/** @import { Explanation } from "../core/explanation.js" */

const SMALLEST_FORMULA = 0.6;
const SLACK = 0.98;

/**
 * What the step does, and its formula.
 *
 * @param {Explanation} explanation
 */
export function stepHeading({ trace, step, part, formula }) {
  const counter = [text("step.counter", { number: step.number + 1, count: trace.steps.length })];
  if (step.parts.length > 1) counter.push(text("step.part", { number: part + 1, count: step.parts.length }));
  return [
    element(
      "div",
      { class: "heading" },
      element("h2", {}, stepTitle(trace, step)),
      element("p", { class: "counter" }, counter.join(" · ")),
    ),
    element("p", { class: "about" }, text(`about.${step.kind}`)),
    formula ? element("div", { class: "scroller" }, formulaMath(formula)) : null,
  ];
}

/** Makes a formula smaller that is wider than its place, as far as it can still be read. */
export function fitFormula() {
  const place = byId("step").querySelector(".scroller");
  const formula = place?.firstElementChild;
  if (!place || !(formula instanceof MathMLElement) || place.scrollWidth <= place.clientWidth) return;
  const scale = Math.max(SMALLEST_FORMULA, (SLACK * place.clientWidth) / place.scrollWidth);
  formula.style.fontSize = `${scale * parseFloat(getComputedStyle(formula).fontSize)}px`;
}
