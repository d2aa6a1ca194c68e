import { explanationNow } from "../state/navigation.js";
import { below, equation, trail } from "./cell/panel.js";
import { byId, replace } from "./dom.js";
import { exerciseBar } from "./exercise_bar.js";
import { figures } from "./figures/figures.js";
import { drawToFit } from "./figures/sizes.js";
import { showHelp } from "./help.js";
import { network } from "./network/network.js";
import { player } from "./player.js";
import { reset, settings, themeNow } from "./settings.js";
import { stepHeading } from "./step_heading.js";
import { language, text } from "./texts.js";

/** @import { Effects, ViewState } from "../state/state.js" */

/**
 * Draws all of the page anew; what had the keyboard's focus has it again.
 *
 * @param {Readonly<ViewState>} state
 * @param {Effects} effects
 */
export function drawPage({ cell }, { focus = focusedKey(), reveal = false }) {
  const root = document.documentElement;
  root.lang = language();
  root.dataset.theme = themeNow();
  const explanation = explanationNow();
  replace("top", ...settings(showHelp));
  replace("network", network(explanation));
  replace("steps", ...player(explanation), reset()).setAttribute("aria-label", text("player.steps"));
  replace("exercise", ...exerciseBar());
  replace("step", ...stepHeading(explanation));
  replace("trail", trail()).setAttribute("aria-label", text("cell.trail"));
  replace("equation", ...equation(explanation));
  replace("below", ...below(explanation));
  drawToFit(cell, (sizes) => replace("figures", ...figures(explanation, sizes)));
  bringIntoView(".steps .current");
  root.style.scrollPaddingBottom = `${byId("cell").offsetHeight + 16}px`;
  if (reveal) bringIntoView("td.active");
  if (focus) focusOn(focus);
}

function focusedKey() {
  return document.activeElement instanceof HTMLElement ? document.activeElement.dataset.key : undefined;
}

/** @param {string} selector */
function bringIntoView(selector) {
  document.querySelector(selector)?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

/** @param {string} key */
function focusOn(key) {
  const wanted = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (wanted instanceof HTMLElement) wanted.focus({ preventScroll: true });
}
