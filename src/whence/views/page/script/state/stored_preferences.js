/**
 * How the reader wants the page to be, kept from visit to visit where the browser allows it.
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

/** @returns {Preferences} */
export function storedPreferences() {
  const preferences = { language: null, theme: null, columns: false, decimals: 3, pace: 2, hasAsked: false };
  try {
    Object.assign(preferences, JSON.parse(localStorage.getItem(KEY) ?? "{}"));
  } catch {
    // A page in a frame without an origin has no storage, and starts afresh each time.
  }
  return preferences;
}

/** @param {Preferences} preferences */
export function storePreferences(preferences) {
  try {
    localStorage.setItem(KEY, JSON.stringify(preferences));
  } catch {
    // As above.
  }
}
