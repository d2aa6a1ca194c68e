import { byId } from "./dom.js";

/**
 * @typedef {string | Record<string, string>} Template A text, or one for each plural form of its count.
 *
 * @typedef {object} Carried What every page carries, as `whence.views.browser.document` writes it.
 * @property {string} title
 * @property {string | null} language The language that the page opens in, if not the reader's.
 * @property {Record<string, Record<string, Template>>} texts The texts of every language by its code.
 */

/** @type {Carried} The JSON in the page, with what the view adds. */
export const carried = { ...taken("data"), texts: taken("texts") };

/**
 * What an element of the page holds as JSON; it is removed.
 *
 * @param {string} id
 */
function taken(id) {
  const holder = byId(id);
  holder.remove();
  return JSON.parse(holder.textContent ?? "");
}
