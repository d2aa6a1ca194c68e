import { element, svg } from "./dom.js";
import { prefer, preferences } from "./preferences.js";
import { jump, redraw, state } from "./state.js";
import { language, languageNames, text } from "./texts.js";

const MOST_DECIMALS = 15;

/** The head of the page: its title, the training step, and how things are shown. */
export function settings(showHelp) {
  const { lesson } = state;
  return [
    lesson.embedded ? null : element("h1", {}, lesson.title),
    lesson.traces.length > 1 ? trainingSteps() : null,
    element(
      "div",
      { class: "settings" },
      orientation(),
      decimals(),
      theme(),
      languageMenu(),
      element(
        "button",
        {
          type: "button",
          onclick: showHelp,
          "aria-label": text("settings.help"),
          title: text("settings.help"),
          "data-key": "help",
        },
        "?",
      ),
    ),
  ];
}

function trainingSteps() {
  const option = ({ number }) =>
    element(
      "option",
      { value: number, selected: number === state.cell.trace },
      text("settings.step", { number: number + 1 }),
    );
  const choose = ({ target }) => jump({ ...state.cell, trace: Number(target.value) });
  return element(
    "select",
    { class: "training", onchange: choose, "aria-label": text("settings.steps"), "data-key": "training" },
    ...state.lesson.traces.map(option),
  );
}

/** A way back to the recorded numbers, once some have been changed. */
export function reset() {
  if (!state.lesson.edited) return null;
  const action = () => {
    state.lesson.reset();
    redraw();
  };
  return element(
    "button",
    { type: "button", class: "reset", onclick: action, "data-key": "reset" },
    text("settings.reset"),
  );
}

function orientation() {
  const button = (columns) =>
    element(
      "button",
      {
        type: "button",
        "aria-pressed": String(columns === preferences.columns),
        onclick: () => choose("columns", columns),
        title: text(columns ? "settings.columns.hint" : "settings.rows.hint"),
        "data-key": columns ? "columns" : "rows",
      },
      text(columns ? "settings.columns" : "settings.rows"),
    );
  return element(
    "span",
    { class: "switch", role: "group", "aria-label": text("settings.samples") },
    button(false),
    button(true),
  );
}

function decimals() {
  const step = (by, sign, label) =>
    element(
      "button",
      {
        type: "button",
        "aria-label": text(label),
        title: text(label),
        "data-key": label,
        onclick: () => choose("decimals", Math.max(0, Math.min(MOST_DECIMALS, preferences.decimals + by))),
      },
      sign,
    );
  const sample = `0${text("decimal")}${"0".repeat(Math.min(preferences.decimals, 4))}${preferences.decimals > 4 ? "…" : ""}`;
  return element(
    "span",
    { class: "stepper", role: "group", "aria-label": text("settings.decimals") },
    step(-1, "−", "settings.fewer"),
    element("output", { title: text("settings.decimals") }, sample),
    step(1, "+", "settings.more"),
  );
}

/** The theme in force: the one chosen, or else the system's. */
export function themeNow() {
  return preferences.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
}

function theme() {
  const other = themeNow() === "dark" ? "light" : "dark";
  const label = text(`settings.${other}`);
  return element(
    "button",
    { type: "button", "aria-label": label, title: label, onclick: () => choose("theme", other), "data-key": "theme" },
    svg(
      "svg",
      { viewBox: "0 0 16 16", class: "icon", "aria-hidden": "true" },
      svg("circle", { cx: 8, cy: 8, r: 6, class: "rim" }),
      svg("path", { d: "M8 2a6 6 0 0 1 0 12z" }),
    ),
  );
}

function languageMenu() {
  const option = ([code, name]) => element("option", { value: code, selected: code === language(), lang: code }, name);
  return element(
    "select",
    {
      "aria-label": text("settings.language"),
      onchange: ({ target }) => choose("language", target.value),
      "data-key": "language",
    },
    ...languageNames().map(option),
  );
}

function choose(name, value) {
  prefer(name, value);
  redraw();
}
