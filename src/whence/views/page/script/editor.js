import { element } from "./dom.js";
import { meant, typed } from "./names.js";
import { counted } from "./numbers.js";
import { redraw, state } from "./state.js";
import { text } from "./texts.js";

/** How many operations a browser does before anybody notices, and in about ten seconds. */
const QUICK_WORK = 5e7;
const MOST_WORK = 5e9;

/** A field in which the number can be changed, or what it stands for; all that follows is computed again. */
export function editor(trace, array, offset) {
  const work = state.lesson.workOf(trace, array.name);
  if (work > MOST_WORK) return element("p", { class: "refused" }, text("bench.refused", { count: counted(work) }));
  const most = array.whole ? largestLabel(trace, array.name) : null;
  const field = element("input", {
    type: array.valueNames ? "text" : "number",
    id: "edit",
    "data-key": "edit",
    step: array.whole ? "1" : "any",
    min: most === null ? null : "0",
    max: most,
    value: typed(array, array.values[offset]),
    required: true,
    oninput: () => field.setCustomValidity(""),
  });
  const submit = (event) => {
    event.preventDefault();
    const value = meant(array, field.value);
    const isThere = array.valueNames ? value in array.valueNames : Number.isFinite(value);
    if (!isThere) {
      field.setCustomValidity(text("bench.unknown"));
      field.reportValidity();
      return;
    }
    const compute = () => {
      state.lesson.edit(trace, array.name, offset, value);
      redraw();
    };
    if (work <= QUICK_WORK) compute();
    else {
      button.textContent = text("bench.computing");
      afterPainting(compute);
    }
  };
  const button = element("button", { type: "submit", "data-key": "apply" }, text("bench.apply"));
  return element(
    "form",
    { class: "editor", onsubmit: submit },
    element("label", { for: "edit" }, text("bench.edit")),
    field,
    button,
  );
}

/** Calls a function when what has been changed on the page can be seen. */
function afterPainting(action) {
  requestAnimationFrame(() => setTimeout(action));
}

/** The largest value of an array of indices: the end of the axis on which it stands as a subscript. */
function largestLabel(trace, name) {
  for (const formula of trace.formulas.values()) {
    for (const length of formula.axesIndexedBy(name)) return length - 1;
  }
  return null;
}
