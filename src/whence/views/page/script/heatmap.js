import { diverging, limitOf, palette } from "./colours.js";
import { element } from "./dom.js";
import { written } from "./numbers.js";
import { room } from "./room.js";
import { placeIn, windowOf } from "./window.js";

const LARGEST_CELL = 16;
const SMALLEST_MARK = 4;
const MOST_SPOTS = 32;

/** A plane as a picture of its numbers, with the window, the active cell and its sources marked. */
export function heatmap(plane, marks, { choose, label }) {
  const colours = palette();
  const limit = limitOf(plane.array.values);
  const colour = plane.array.valueNames ? () => colours.zero : diverging(colours, limit);
  const [widest, tallest] = [room.map.width / plane.columns, room.map.height / plane.rows];
  const square = plane.array.shape.length === 4 ? Math.min(widest, tallest) : LARGEST_CELL;
  const [wide, tall] = [widest, tallest].map((most) => Math.min(LARGEST_CELL, square, most));
  const { canvas, pen } = sheet(plane.columns * wide, plane.rows * tall, label);
  pen.drawImage(bitmap(plane, colour), 0, 0, plane.columns * wide, plane.rows * tall);

  const { top, left, bottom, right } = windowOf(plane, marks);
  outline(pen, colours.ink, left * wide, top * tall, (right - left) * wide, (bottom - top) * tall);
  const places = marked(plane, marks, colours);
  if (places.length > MOST_SPOTS) frame(pen, places, wide, tall);
  else
    for (const [row, column, colour] of places) spot(pen, colour, colours.ink, column * wide, row * tall, wide, tall);
  canvas.addEventListener("click", (event) => {
    choose(
      plane.cell(
        Math.floor((event.offsetY / canvas.clientHeight) * plane.rows),
        Math.floor((event.offsetX / canvas.clientWidth) * plane.columns),
      ),
    );
  });
  return element("div", { class: "map" }, canvas, plane.array.valueNames ? null : legend(colours, limit));
}

/** A canvas as sharp as the screen, and a pen that counts in CSS pixels. */
export function sheet(width, height, label) {
  const density = window.devicePixelRatio || 1;
  const canvas = element("canvas", {
    role: "img",
    "aria-label": label,
    width: Math.round(width * density),
    height: Math.round(height * density),
  });
  canvas.style.aspectRatio = `${width} / ${height}`;
  canvas.style.width = `${width}px`;
  const pen = canvas.getContext("2d");
  pen.scale(density, density);
  pen.imageSmoothingEnabled = false;
  return { canvas, pen };
}

function bitmap(plane, colour) {
  const small = element("canvas", { width: plane.columns, height: plane.rows });
  const pen = small.getContext("2d");
  const image = pen.createImageData(plane.columns, plane.rows);
  const { array } = plane;
  const origin = plane.offset(0, 0);
  const [down, across] = [plane.down, plane.across].map((axis) => (axis === null ? 0 : array.strides[axis]));
  for (let row = 0, place = 0; row < plane.rows; row++) {
    for (let column = 0; column < plane.columns; column++, place += 4) {
      image.data.set(colour(array.values[origin + row * down + column * across]), place);
      image.data[place + 3] = 255;
    }
  }
  pen.putImageData(image, 0, 0);
  return small;
}

/** The cells of a plane to be marked, the active one last, so that it lies on top. */
function marked(plane, { active, sources }, colours) {
  const places = [...(sources ?? [])].map((offset) => [...placeIn(plane, offset), colours.source]);
  if (active >= 0) places.push([...placeIn(plane, active), colours.active]);
  return places.filter((place) => place.length === 3);
}

export function spot(pen, colour, ink, x, y, wide, tall) {
  const [width, height] = [Math.max(wide, SMALLEST_MARK), Math.max(tall, SMALLEST_MARK)];
  pen.fillStyle = colour;
  pen.fillRect(x + (wide - width) / 2, y + (tall - height) / 2, width, height);
  if (width >= 8) outline(pen, ink, x, y, width, height);
}

/** Marks many places by one frame around them, so that what is in it can still be seen. */
function frame(pen, places, wide, tall) {
  let [top, left, bottom, right] = [Infinity, Infinity, 0, 0];
  for (const [row, column] of places) {
    [top, left] = [Math.min(top, row), Math.min(left, column)];
    [bottom, right] = [Math.max(bottom, row + 1), Math.max(right, column + 1)];
  }
  const [width, height] = [(right - left) * wide, (bottom - top) * tall];
  outline(pen, places[0][2], left * wide - 1, top * tall - 1, width + 2, height + 2, 3);
}

export function outline(pen, colour, x, y, width, height, thickness = 1) {
  pen.strokeStyle = colour;
  pen.lineWidth = thickness;
  pen.strokeRect(x + 0.5, y + 0.5, Math.max(1, width - 1), Math.max(1, height - 1));
}

export function legend(colours, limit) {
  const width = 120;
  const colour = diverging(colours, limit);
  const { canvas, pen } = sheet(width, 8, "");
  canvas.setAttribute("aria-hidden", "true");
  for (let x = 0; x < width; x++) {
    pen.fillStyle = `rgb(${colour(((2 * x) / (width - 1) - 1) * limit)
      .map(Math.round)
      .join(" ")})`;
    pen.fillRect(x, 0, 1, 8);
  }
  return element("div", { class: "legend" }, written(-limit), canvas, written(limit));
}
