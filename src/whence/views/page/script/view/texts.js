import { pageData } from "../state/page_data.js";
import { state } from "../state/state.js";

/** The code of the language that the page is in: the one chosen, or else the first of the browser's that it knows. */
export function language() {
  const wanted = [state.preferences.language, ...navigator.languages].filter((tag) => tag !== null);
  const known = (/** @type {string} */ tag) =>
    Object.keys(pageData.texts).find((code) => tag.toLowerCase().startsWith(code));
  return wanted.map(known).find(Boolean) ?? "en";
}

/**
 * The code of every language, and its name in itself.
 *
 * @returns {[code: string, name: string][]}
 */
export function languageNames() {
  return Object.entries(pageData.texts).map(([code, texts]) => [code, texts.language]);
}

/**
 * The text of a key in the reader's language, `{name}` replaced by what `values` gives for it.
 *
 * @param {string} key
 * @param {Record<string, string | number | null>} values
 */
export function text(key, values = {}) {
  const { texts } = pageData;
  const template = texts[language()][key] ?? texts.en[key] ?? key;
  return template.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}
