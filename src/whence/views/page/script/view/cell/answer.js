import { button, element } from "../../../../browser/script/dom.js";
import { preferences } from "../../../../browser/script/preferences.js";
import { text } from "../../../../browser/script/texts.js";
import { answer, showHint } from "../../state/answering.js";
import { jump } from "../../state/navigation.js";
import { exercise } from "../../state/page_data.js";
import { literalText } from "../number_format.js";

/** @import { Blank } from "../../core/exercise.js" */

/**
 * A field for the number of a blank, and whether what is in it is right.
 *
 * @param {Blank} blank
 */
export function answerForm(blank) {
  const { entered, verdict, hinted } = blank;
  if (verdict === "right") return element("p", { class: "verdict right", role: "status" }, text("exercise.right"), next());
  const tolerance = toleranceFor(blank.answer);
  const field = element("input", {
    id: "answer",
    "data-key": "answer",
    inputmode: "decimal",
    autocomplete: "off",
    value: entered,
    required: true,
    "aria-invalid": verdict === "wrong" ? "true" : null,
  });
  const submit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    answer(blank, field.value, tolerance);
  };
  const isWrong = verdict === "wrong";
  return element(
    "form",
    { class: "editor answer", onsubmit: submit },
    element("label", { for: "answer" }, text("exercise.answer")),
    field,
    element("button", { type: "submit", "data-key": "check" }, text("exercise.check")),
    element("span", { class: "tolerance" }, text("exercise.tolerance", { tolerance: literalText(tolerance) })),
    isWrong ? element("span", { class: "verdict wrong", role: "status" }, text("exercise.wrong")) : null,
    isWrong && !hinted ? button("hint", () => showHint(blank), {}, text("exercise.hint")) : null,
  );
}

/** A way to the next blank that is open; where none is, the good news. */
function next() {
  const following = exercise?.blanks.find(({ verdict }) => verdict !== "right");
  if (!following) return exercise?.solved ? null : element("span", { class: "done" }, text("exercise.done"));
  return button("next", () => jump(following.cell, { effects: { focus: "answer" } }), {}, text("exercise.next"));
}

/**
 * How far an answer may be off: by one in the last decimal shown, of small numbers in the second digit.
 *
 * @param {number} value
 */
function toleranceFor(value) {
  const shown = -preferences.decimals;
  return 10 ** Math.min(shown, value === 0 ? shown : Math.floor(Math.log10(Math.abs(value))) - 1);
}
