import { element } from "../../../../browser/script/dom.js";
import { text } from "../../../../browser/script/texts.js";
import { edit } from "../../state/editing.js";
import { recording } from "../../state/page_data.js";
import { inputText, parseInput } from "../value_text.js";

/**
 * @import { Explanation } from "../../core/explanation.js"
 * @import { Trace } from "../../core/types.js"
 */

/** How many operations a browser does before anybody notices, and in about ten seconds. */
const QUICK_WORK = 5e7;
const MOST_WORK = 5e9;

/**
 * A field in which the number can be changed, or what it stands for; all that follows is computed again.
 *
 * @param {Explanation} explanation
 */
export function editor({ trace, array, offset }) {
  if (array.isDistribution) return element("p", { class: "refused" }, text("cell.distribution"));
  const work = recording.workOf(trace, array.name);
  if (work > MOST_WORK) return element("p", { class: "refused" }, text("cell.refused", { count: work }));
  const most = array.isInteger ? largestLabel(trace, array.name) : null;
  const field = element("input", {
    type: array.valueNames ? "text" : "number",
    id: "edit",
    "data-key": "edit",
    step: array.isInteger ? "1" : "any",
    min: most === null ? null : "0",
    max: most,
    value: inputText(array, array.values[offset]),
    required: true,
    oninput: () => field.setCustomValidity(""),
  });
  const apply = element("button", { type: "submit", "data-key": "apply" }, text("cell.apply"));
  const submit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const value = parseInput(array, field.value);
    const isThere = array.valueNames ? value in array.valueNames : Number.isFinite(value);
    if (!isThere) {
      field.setCustomValidity(text("cell.unknown"));
      field.reportValidity();
      return;
    }
    const compute = () => edit({ trace, array: array.name, offset, value });
    if (work <= QUICK_WORK) compute();
    else {
      apply.textContent = text("cell.computing");
      afterPainting(compute);
    }
  };
  return element(
    "form",
    { class: "editor", onsubmit: submit },
    element("label", { for: "edit" }, text("cell.edit")),
    field,
    apply,
  );
}

/**
 * Calls a function when what has been changed on the page can be seen.
 *
 * @param {() => void} action
 */
function afterPainting(action) {
  requestAnimationFrame(() => setTimeout(action));
}

/**
 * The largest value of an array of indices: the end of the axis on which it stands as a subscript.
 *
 * @param {Trace} trace
 * @param {string} name
 */
function largestLabel(trace, name) {
  for (const formula of trace.formulas.values()) {
    for (const length of formula.axesIndexedBy(name)) return length - 1;
  }
  return null;
}
