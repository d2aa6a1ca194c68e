import { element } from "../../../browser/script/dom.js";
import { text } from "../../../browser/script/texts.js";
import { fragment, isSameCell } from "../state/cells.js";
import { exercise } from "../state/page_data.js";
import { state } from "../state/state.js";
import { displayedName } from "./formula/notation.js";

/** @import { Blank } from "../core/exercise.js" */

const VERDICTS = { open: "", wrong: " ✗", right: " ✓" };

/** The cells that the exercise asks for, in order, and which of them have been found. */
export function exerciseBar() {
  if (!exercise) return [];
  const { seed, solved, blanks } = exercise;
  const found = blanks.filter(({ verdict }) => verdict === "right").length;
  const chip = (/** @type {Blank} */ { cell, verdict }) =>
    element(
      "li",
      {},
      element(
        "a",
        {
          href: fragment(cell),
          class: verdict,
          "aria-current": isSameCell(cell, state.cell) ? "location" : null,
        },
        `${displayedName(cell)}${solved ? "" : VERDICTS[verdict]}`,
      ),
    );
  return [
    element("strong", {}, text(solved ? "exercise.key" : "exercise.title", { seed })),
    solved ? null : element("span", {}, text("exercise.found", { found, all: blanks.length })),
    element("ol", {}, ...blanks.map(chip)),
    solved ? null : element("p", {}, text("exercise.task")),
  ];
}
