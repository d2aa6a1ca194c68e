/**
 * The bytes that are written in base64; only browsers since 2025 read it by themselves.
 *
 * @param {string} text
 */
export function decode(text) {
  const bytes = Uint8Array.fromBase64?.(text) ?? Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return bytes.buffer;
}
