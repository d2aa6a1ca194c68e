import { preferences } from "./preferences.js";

let languages = { en: {} };

export function useTexts(texts) {
  languages = texts;
}

export function language() {
  const wanted = [preferences.language, ...navigator.languages].filter(Boolean);
  const known = (tag) => Object.keys(languages).find((code) => tag.toLowerCase().startsWith(code));
  return wanted.map(known).find(Boolean) ?? "en";
}

/** The names of all languages, in themselves. */
export function languageNames() {
  return Object.entries(languages).map(([code, texts]) => [code, texts.language]);
}

/** The text of a key in the reader's language, `{name}` replaced by what `values` gives for it. */
export function text(key, values = {}) {
  const template = languages[language()][key] ?? languages.en[key] ?? key;
  return template.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}
