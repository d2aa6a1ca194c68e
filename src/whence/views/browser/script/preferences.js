import { carried } from "./carried.js";
import { announce } from "./changes.js";

/**
 * How the reader wants pages to be, kept from visit to visit where the browser allows it.
 *
 * @typedef {object} Preferences
 * @property {string | null} language
 * @property {"light" | "dark" | null} theme
 * @property {boolean} columns Whether samples are columns.
 * @property {number} decimals
 * @property {number} pace How many cells a second the player goes.
 * @property {boolean} hasAsked Whether the reader has already asked a number where it comes from.
 */

const KEY = "whence";

/** What the reader preferred before; but a page in a language of its own opens in it. */
export const preferences = { ...stored(), ...(carried.language ? { language: carried.language } : {}) };

/** @returns {Preferences} */
function stored() {
  const kept = { language: null, theme: null, columns: false, decimals: 3, pace: 2, hasAsked: false };
  try {
    Object.assign(kept, JSON.parse(localStorage.getItem(KEY) ?? "{}"));
  } catch {
    // A page in a frame without an origin has no storage, and starts afresh each time.
  }
  return kept;
}

/**
 * Changes what the reader prefers, and keeps it for the next visit.
 *
 * @param {Partial<Preferences>} chosen
 */
export function prefer(chosen) {
  Object.assign(preferences, chosen);
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...stored(), ...chosen }));
  } catch {
    // As above.
  }
  announce();
}
