import { change, state } from "./state.js";
import { storePreferences, storedPreferences } from "./stored_preferences.js";

/** @import { Preferences } from "./stored_preferences.js" */

/**
 * Changes what the reader prefers, and keeps it for the next visit.
 *
 * @param {Partial<Preferences>} chosen
 */
export function prefer(chosen) {
  storePreferences({ ...storedPreferences(), ...chosen });
  change({ preferences: { ...state.preferences, ...chosen } });
}
