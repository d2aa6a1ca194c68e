import { button, element } from "../../../browser/script/dom.js";
import { kindText, text } from "../../../browser/script/texts.js";
import { groupOf } from "../core/steps.js";
import { moveToStep } from "../state/playback.js";
import { nameMath } from "./formula/mathml.js";

/**
 * @import { Explanation } from "../core/explanation.js"
 * @import { Step, Trace } from "../core/types.js"
 */

/** The kinds of steps that are about one array rather than many, and are called by it. */
const OF_ONE_ARRAY = ["layer", "output", "error", "output delta", "layer error", "layer delta", "input delta"];

/**
 * The steps of a training step in groups: forward, loss, backward, update.
 *
 * @param {Explanation} explanation
 */
export function stepsList({ trace, step }) {
  const groups = [...new Set(trace.steps.map(groupOf))];
  return groups.map((group) => {
    const own = trace.steps.filter((each) => groupOf(each) === group);
    return element(
      "section",
      { class: own.includes(step) ? "group current" : "group" },
      element("h3", {}, text(`group.${group}`)),
      element("ol", { class: "steps" }, ...own.map((each) => stepItem(trace, each, each === step))),
    );
  });
}

/**
 * @param {Trace} trace
 * @param {Step} step
 * @param {boolean} isCurrent
 */
function stepItem(trace, step, isCurrent) {
  const title = stepTitle(trace, step);
  const link = button(
    `step/${step.number}`,
    () => moveToStep(step),
    { "aria-current": isCurrent ? "step" : null, title, "aria-label": `${step.number + 1}. ${title}` },
    OF_ONE_ARRAY.includes(step.kind) ? nameMath(mainArray(trace, step)) : text(`short.${step.kind}`),
  );
  return element("li", { class: isCurrent ? "current" : null }, link);
}

/**
 * The array that a step is made for: the output of its layer in the forward pass, or else the last.
 *
 * @param {Trace} trace
 * @param {Step} step
 */
function mainArray({ layers }, { arrays }) {
  const outputs = layers.map(({ output }) => output).filter((output) => arrays.includes(output));
  return outputs.at(-1) ?? arrays[arrays.length - 1];
}

/**
 * What a step does, in words.
 *
 * @param {Trace} trace
 * @param {Step} step
 */
export function stepTitle(trace, step) {
  const position = trace.origins[step.parts[0][0]].layer;
  const kind = position === null ? "" : kindText(trace.layers[position].kind);
  return text(step.layer === 0 ? `step.${step.kind}.0` : `step.${step.kind}`, { number: step.layer, kind });
}
