import { languageMenu, themeButton } from "../../../browser/script/appearance.js";
import { carried } from "../../../browser/script/carried.js";
import { button, element, menu } from "../../../browser/script/dom.js";
import { prefer, preferences } from "../../../browser/script/preferences.js";
import { language, text } from "../../../browser/script/texts.js";
import { resetEdits } from "../state/editing.js";
import { jump } from "../state/navigation.js";
import { pageData, recording } from "../state/page_data.js";
import { state } from "../state/state.js";

const MOST_DECIMALS = 15;

/**
 * The head of the page: its title, the training step, and how things are shown.
 *
 * @param {() => void} showHelp
 */
export function settings(showHelp) {
  const help = text("settings.help");
  return [
    pageData.embedded ? null : heading(),
    recording.traces.length > 1 ? trainingSteps() : null,
    element(
      "div",
      { class: "settings" },
      orientation(),
      decimals(),
      themeButton(),
      languageMenu(),
      button("help", showHelp, { "aria-label": help, title: help }, "?"),
    ),
  ];
}

function heading() {
  const which = pageData.which[language()][state.cell.trace];
  return element("div", { class: "title" }, element("h1", {}, carried.title), element("p", {}, which));
}

function trainingSteps() {
  return menu(
    "training",
    recording.traces.map(({ number }) => [String(number), text("settings.step", { number: recording.stepNumber(number) })]),
    String(state.cell.trace),
    (trace) => jump({ ...state.cell, trace: Number(trace) }, { playing: state.playing }),
    { class: "training", "aria-label": text("settings.steps") },
  );
}

/** A way back to the recorded numbers, once some have been changed. */
export function reset() {
  return recording.isEdited ? button("reset", resetEdits, { class: "reset" }, text("settings.reset")) : null;
}

function orientation() {
  const choice = (/** @type {boolean} */ columns, /** @type {string} */ key) =>
    button(
      key,
      () => prefer({ columns }),
      { "aria-pressed": String(columns === preferences.columns), title: text(`settings.${key}.hint`) },
      text(`settings.${key}`),
    );
  return element(
    "span",
    { class: "switch", role: "group", "aria-label": text("settings.samples") },
    choice(false, "rows"),
    choice(true, "columns"),
  );
}

function decimals() {
  const { decimals: chosen } = preferences;
  const step = (/** @type {number} */ by, /** @type {string} */ sign, /** @type {string} */ label) =>
    button(
      label,
      () => prefer({ decimals: Math.max(0, Math.min(MOST_DECIMALS, chosen + by)) }),
      { "aria-label": text(label), title: text(label) },
      sign,
    );
  const sample = `0${text("decimal")}${"0".repeat(Math.min(chosen, 4))}${chosen > 4 ? "…" : ""}`;
  return element(
    "span",
    { class: "stepper", role: "group", "aria-label": text("settings.decimals") },
    step(-1, "−", "settings.fewer"),
    element("output", { title: text("settings.decimals") }, sample),
    step(1, "+", "settings.more"),
  );
}
