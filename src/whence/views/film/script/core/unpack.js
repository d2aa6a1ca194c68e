import { decode } from "../../../browser/script/base64.js";
import { Frames } from "./frames.js";

const TYPES = { u1: Uint8Array, i4: Int32Array, f4: Float32Array, f8: Float64Array };

/**
 * A value of JSON with all packed arrays in it unpacked.
 *
 * @param {any} value
 * @returns {Promise<any>}
 */
export async function unpacked(value) {
  if (Array.isArray(value)) return Promise.all(value.map(unpacked));
  if (value === null || typeof value !== "object") return value;
  if (typeof value.bytes === "string") return unpackedArray(value);
  const entries = Object.entries(value).map(async ([name, part]) => [name, await unpacked(part)]);
  return Object.fromEntries(await Promise.all(entries));
}

/** @param {{ shape: number[], type?: keyof typeof TYPES, low: number, high: number, bytes: string }} packed */
async function unpackedArray({ shape, type, low, high, bytes }) {
  const stream = new Blob([decode(bytes)]).stream().pipeThrough(new DecompressionStream("deflate"));
  const content = await new Response(stream).arrayBuffer();
  return type ? { shape, values: new TYPES[type](content) } : new Frames(shape, low, high, new Uint8Array(content));
}
