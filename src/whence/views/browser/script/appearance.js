import { button, menu, svg } from "./dom.js";
import { preferences, prefer } from "./preferences.js";
import { language, languageNames, text } from "./texts.js";

/** Gives the page the language and the colours that the reader wants. */
export function applyAppearance() {
  document.documentElement.lang = language();
  document.documentElement.dataset.theme = themeNow();
}

/** The theme in force: the one chosen, or else the system's. */
function themeNow() {
  return preferences.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
}

export function themeButton() {
  const other = themeNow() === "dark" ? "light" : "dark";
  const label = text(`settings.${other}`);
  return button(
    "theme",
    () => prefer({ theme: other }),
    { "aria-label": label, title: label },
    svg(
      "svg",
      { viewBox: "0 0 16 16", class: "icon", "aria-hidden": "true" },
      svg("circle", { cx: 8, cy: 8, r: 6, class: "rim" }),
      svg("path", { d: "M8 2a6 6 0 0 1 0 12z" }),
    ),
  );
}

export function languageMenu() {
  const label = text("settings.language");
  const made = menu("language", languageNames(), language(), (code) => prefer({ language: code }), {
    "aria-label": label,
  });
  for (const option of made.options) option.lang = option.value;
  return made;
}
