import { applyAppearance } from "../../../browser/script/appearance.js";
import { byId, replace } from "../../../browser/script/dom.js";
import { text } from "../../../browser/script/texts.js";
import { isSameCell } from "../state/cells.js";
import { explanationNow } from "../state/navigation.js";
import { state } from "../state/state.js";
import { goToField } from "./cell/go_to.js";
import { below, equation, trail } from "./cell/panel.js";
import { exerciseBar } from "./exercise_bar.js";
import { alignPictures, figures } from "./figures/figures.js";
import { drawToFit } from "./figures/sizes.js";
import { showHelp } from "./help.js";
import { network } from "./network/network.js";
import { outcome } from "./outcome.js";
import { player } from "./player.js";
import { reset, settings } from "./settings.js";
import { fitFormula, stepHeading } from "./step_heading.js";
import { stepsList } from "./steps_list.js";

/**
 * @import { Explanation } from "../core/explanation.js"
 * @import { Cell } from "../core/types.js"
 * @import { Effects } from "../../../browser/script/changes.js"
 */

/**
 * The cell that was drawn last, so that another one is brought into view, and nothing jumps otherwise.
 *
 * @type {Cell | null}
 */
let shown = null;

/**
 * Draws the panel of the cell: its number, and where that comes from.
 *
 * @param {Explanation} explanation
 */
export function drawCell(explanation) {
  applyAppearance();
  replace("player", player(), goToField());
  replace("trail", trail()).setAttribute("aria-label", text("cell.trail"));
  replace("equation", ...equation(explanation));
  replace("below", ...below(explanation));
}

/**
 * Draws all of the page anew; what had the keyboard's focus has it again.
 *
 * @param {Effects} effects
 */
export function drawPage({ focus = focusedKey() }) {
  const explanation = explanationNow();
  drawCell(explanation);
  drawRest(explanation);
  if (focus) focusOn(focus);
}

/**
 * Draws everything but the panel of the cell.
 *
 * @param {Explanation} explanation
 */
export function drawRest(explanation) {
  const { cell } = state;
  replace("top", ...settings(showHelp));
  replace("network", network(explanation));
  replace("outcome", ...outcome(explanation), reset()).setAttribute("aria-label", text("outcome.label"));
  replace("steps", ...stepsList(explanation)).setAttribute("aria-label", text("player.steps"));
  replace("exercise", ...exerciseBar());
  replace("step", ...stepHeading(explanation));
  const drawn = figures(explanation);
  drawToFit(cell, (sizes) => {
    replace("figures", ...drawn(sizes));
    alignPictures();
  });
  fitFormula();
  bringIntoView(".steps .current");
  keepClearOfBars();
  if (!shown || !isSameCell(cell, shown)) bringIntoView("td.active");
  shown = cell;
}

function focusedKey() {
  return document.activeElement instanceof HTMLElement ? document.activeElement.dataset.key : undefined;
}

/** Keeps what is scrolled to, and the figure that stays beside others, from the bars at the top and at the bottom. */
function keepClearOfBars() {
  const [top, bottom] = ["outcome", "cell"].map((id) => byId(id).offsetHeight);
  document.documentElement.style.scrollPadding = `calc(${top}px + 0.5rem) 0 calc(${bottom}px + 1rem)`;
  const filling = document.querySelector(".filling");
  if (filling instanceof HTMLElement) filling.style.top = `calc(${top}px + 0.75rem)`;
}

/**
 * Scrolls to an element; but a page in a frame leaves what is around it where it is until the reader comes to the frame.
 *
 * @param {string} selector
 */
function bringIntoView(selector) {
  if (window.parent !== window && !navigator.userActivation?.hasBeenActive) return;
  document.querySelector(selector)?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

/** @param {string} key */
function focusOn(key) {
  const wanted = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (wanted instanceof HTMLElement) wanted.focus({ preventScroll: true });
}
