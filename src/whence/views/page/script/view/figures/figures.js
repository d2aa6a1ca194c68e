import { byId, element } from "../../../../browser/script/dom.js";
import { arrayIn } from "../../core/traces.js";
import { readingOrder } from "../formula/notation.js";
import { figure } from "./figure.js";

/**
 * @import { Explanation } from "../../core/explanation.js"
 * @import { Sizes } from "./sizes.js"
 */

/**
 * The arrays that the formula of a cell reads, and the one that it fills, in any size; or those that are given in its
 * step.
 *
 * @param {Explanation} explanation
 * @returns {(sizes: Sizes) => HTMLElement[]}
 */
export function figures(explanation) {
  const { trace, array, formula } = explanation;
  /** @type {(names: string[], role: "read" | "target" | "given") => ((sizes: Sizes) => HTMLElement)[]} */
  const all = (names, role) => names.map((name) => figure(explanation, arrayIn(trace.arrays, name), role));
  const sources = formula
    ? all(readingOrder(formula.expression).filter((name) => name !== array.name), "read")
    : all(givenTogether(explanation), "given");
  const filled = formula ? all([array.name], "target") : [];
  return (sizes) => {
    const drawn = element("div", { class: "sources" }, ...sources.map((draw) => draw(sizes)));
    if (!filled.length) return [drawn];
    const arrow = element("span", { class: "becomes", "aria-hidden": "true" }, "→");
    return [drawn, element("div", { class: "filling" }, arrow, ...filled.map((draw) => draw(sizes)))];
  };
}

/**
 * What is given in the step of a cell, or its array alone where the step computes.
 *
 * @param {Explanation} explanation
 */
function givenTogether({ step, array }) {
  return step.computes || !step.arrays.includes(array.name) ? [array.name] : step.arrays;
}

/** Gives captions side by side the same height, so that what stands beneath them begins at the same height too. */
export function alignPictures() {
  const captions = [...byId("figures").querySelectorAll("figcaption")];
  const boxes = captions.map((caption) => caption.getBoundingClientRect());
  captions.forEach((caption, place) => {
    const beside = boxes.filter(({ top }) => Math.abs(top - boxes[place].top) < 1);
    const highest = Math.max(...beside.map(({ height }) => height));
    if (highest > boxes[place].height) caption.style.minHeight = `${highest}px`;
  });
}
