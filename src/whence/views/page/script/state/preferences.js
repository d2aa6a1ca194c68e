import { change, state } from "./state.js";
import { storePreferences } from "./stored_preferences.js";

/** @import { Preferences } from "./stored_preferences.js" */

/**
 * Changes what the reader prefers, and keeps it for the next visit.
 *
 * @param {Partial<Preferences>} chosen
 */
export function prefer(chosen) {
  const preferences = { ...state.preferences, ...chosen };
  storePreferences(preferences);
  change({ preferences });
}
