import { element } from "../../../browser/script/dom.js";
import { text } from "../../../browser/script/texts.js";
import { indexOf } from "../core/arrays.js";
import { predictionsOf } from "../core/outcome.js";
import { arrayIn } from "../core/traces.js";
import { fragment } from "../state/cells.js";
import { numberText } from "./number_format.js";

/**
 * @import { Explanation } from "../core/explanation.js"
 * @import { Prediction } from "../core/outcome.js"
 * @import { TracedArray } from "../core/traced_array.js"
 * @import { Trace } from "../core/types.js"
 */

const MOST_PREDICTIONS = 32;

/**
 * The loss, and what the network says of each sample: what a reader's edit is meant to change, and how it was before.
 *
 * @param {Explanation} explanation
 */
export function outcome({ trace, cell, array }) {
  const sample = array.letters[0] === "n" ? cell.index[0] : 0;
  const predictions = predictionsOf(trace, sample).slice(0, MOST_PREDICTIONS);
  const loss = arrayIn(trace.arrays, "loss");
  return [
    element("a", { href: fragment({ trace: trace.number, array: "loss", index: [] }), class: "loss" }, "loss ", ...passed(loss, 0)),
    element("ol", { class: "predictions" }, ...predictions.map((prediction) => item(trace, prediction))),
  ];
}

/**
 * A number that an edit may have changed: `0.002 → 0.048`.
 *
 * @param {TracedArray} array
 * @param {number} offset
 */
function passed(array, offset, offsetBefore = offset) {
  const [before, now] = [numberText(array.recorded[offsetBefore]), numberText(array.values[offset])];
  const isChanged = !Object.is(array.values[offset], array.recorded[offsetBefore]);
  return isChanged ? [before, " → ", element("strong", { class: "changed" }, now)] : [element("strong", {}, now)];
}

/**
 * @param {Trace} trace
 * @param {Prediction} prediction
 */
function item(trace, { at, axes, array, offset, offsetBefore, classes, target }) {
  const y = arrayIn(trace.arrays, "y");
  const nameOf = (/** @type {number} */ value) => y.valueNames?.[value] ?? numberText(value);
  const number = passed(array, offset, offsetBefore);
  const isRight = classes && classes.said === classes.meant;
  const isKnown = classes && !Number.isNaN(classes.said);
  const mark = isRight ? " ✓ " : isKnown ? " ✗ " : " ";
  const said = classes ? [element("strong", {}, nameOf(classes.said)), mark] : [];
  const meant = element("span", { class: "target" }, text("outcome.target", { target: nameOf(target) }));
  const cell = { trace: trace.number, array: array.name, index: indexOf(array, offset) };
  const title = text(classes ? "outcome.class" : "outcome.number", {
    sample: at[0],
    said: classes && nameOf(classes.said),
    target: nameOf(target),
    value: numberText(array.values[offset]),
  });
  const ofClass = isRight ? [...said, ...number] : [...said, meant, " ", ...number];
  const parts = classes ? ofClass : [...number, " ", meant];
  const kind = isKnown && (isRight ? "right" : "wrong");
  return element(
    "li",
    { class: kind },
    element("a", { href: fragment(cell), title }, element("span", { class: "sample" }, axes.map((axis) => `${y.letters[axis]}=${at[axis]}`).join()), " ", ...parts),
  );
}
