/** What the reader has chosen, kept from visit to visit where the browser allows it. */
export const preferences = {
  language: null,
  theme: null,
  columns: false,
  decimals: 3,
  pace: 2,
};

const KEY = "whence";

try {
  Object.assign(preferences, JSON.parse(localStorage.getItem(KEY) ?? "{}"));
} catch {
  // A page in a frame without an origin has no storage, and starts afresh each time.
}

export function prefer(name, value) {
  preferences[name] = value;
  try {
    localStorage.setItem(KEY, JSON.stringify(preferences));
  } catch {
    // As above.
  }
}
