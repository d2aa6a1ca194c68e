import { carried } from "./carried.js";
import { preferences } from "./preferences.js";

const LANGUAGE_OF_BROWSER = navigator.languages.map(knownLanguage).find(Boolean) ?? "en";

/**
 * The code of the language that the page is in: the one chosen, or else that of the page, or the first of the browser's
 * that it knows.
 */
export function language() {
  return knownLanguage(preferences.language ?? "") ?? LANGUAGE_OF_BROWSER;
}

/** @param {string} tag */
function knownLanguage(tag) {
  return Object.keys(carried.texts).find((code) => tag.toLowerCase().startsWith(code));
}

/**
 * The code of every language, and its name in itself.
 *
 * @returns {[code: string, name: string][]}
 */
export function languageNames() {
  return Object.entries(carried.texts).map(([code, texts]) => [code, String(texts.language)]);
}

/**
 * The text of a key in the reader's language, `{name}` replaced by what `values` gives for it; the number `count` decides
 * on the plural form, and its thousands are set apart.
 *
 * @param {string} key
 * @param {Record<string, string | number | null>} values
 * @returns {string}
 */
export function text(key, values = {}) {
  const { count } = values;
  const template = carried.texts[language()][key] ?? key;
  const form = typeof template === "object" ? template[pluralForm(Number(count))] : template;
  const shown = typeof count === "number" ? { ...values, count: apart(count) } : values;
  return form.replace(/\{(\w+)\}/g, (_, name) => String(shown[name] ?? ""));
}

/**
 * What the class of a layer, loss or optimizer is called; that of a user has its name in code.
 *
 * @param {string} name
 */
export function kindText(name) {
  const key = `kind.${name}`;
  return key in carried.texts[language()] ? text(key) : name;
}

/** @param {number} count */
function pluralForm(count) {
  return new Intl.PluralRules(language()).select(count);
}

/** @param {number} count */
function apart(count) {
  return String(count).replace(/\B(?=(\d{3})+$)/g, text("thousands"));
}
