import { arrayIn } from "../../core/traces.js";
import { element } from "../dom.js";
import { readingOrder } from "../formula/notation.js";
import { figure } from "./figure.js";

/**
 * @import { Explanation } from "../../core/explanation.js"
 * @import { Sizes } from "./sizes.js"
 */

/**
 * The arrays that the formula of a cell reads, and the one that it fills; or those that are given in its step.
 *
 * @param {Explanation} explanation
 * @param {Sizes} sizes
 */
export function figures(explanation, sizes) {
  const { trace, array, formula } = explanation;
  /** @type {(names: string[], role: "read" | "target" | "given") => HTMLElement[]} */
  const drawn = (names, role) => names.map((name) => figure(explanation, arrayIn(trace.arrays, name), role, sizes));
  if (!formula) return [element("div", { class: "sources" }, ...drawn(givenTogether(explanation), "given"))];
  const arrow = element("span", { class: "becomes", "aria-hidden": "true" }, "→");
  const reads = readingOrder(formula.expression).filter((name) => name !== array.name);
  return [
    element("div", { class: "sources" }, ...drawn(reads, "read")),
    element("div", { class: "filling" }, arrow, ...drawn([array.name], "target")),
  ];
}

/**
 * What is given in the step of a cell, or its array alone where the step computes.
 *
 * @param {Explanation} explanation
 */
function givenTogether({ step, array }) {
  return step.computes || !step.arrays.includes(array.name) ? [array.name] : step.arrays;
}
