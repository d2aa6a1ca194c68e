/**
 * @typedef {string | Record<string, string>} Template A text, or one for each plural form of its count.
 *
 * @typedef {object} Carried What every page carries, as `whence.views.browser.document` writes it.
 * @property {string} title
 * @property {string | null} language The language that the page opens in, if not the reader's.
 * @property {Record<string, Record<string, Template>>} texts The texts of every language by its code.
 */

/** @type {any} The JSON in the page; a `Carried` with what the view adds. */
const parsed = JSON.parse(document.getElementById("data")?.textContent ?? "");
document.getElementById("data")?.remove();

/** @type {Carried} */
export const carried = parsed;
