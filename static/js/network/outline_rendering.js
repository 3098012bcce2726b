/**
 * @typedef {import("./layout.js").LayerPlace} LayerPlace
 * @typedef {import("./activation_rendering.js").Colours} Colours
 */

/**
 * Paints the parts of the diagram that do not depend on a drawing: the frame of the pixels, the outlines of the neurons, and
 * the captions.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {LayerPlace[]} places
 * @param {number} scale
 * @param {Colours} colours
 * @param {boolean} across
 */
export function paintFrame(context, places, scale, colours, across) {
  places.forEach((place, layer) => {
    if (place.isPixels) outlinePixels(context, place, scale, colours);
    else outlineNeurons(context, place, scale, colours);
    if (across) caption(context, place, captionOf(places, layer), colours);
  });
  if (!across) verticalCaptions(context, places, colours);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {LayerPlace} place
 * @param {number} scale
 * @param {Colours} colours
 */
function outlinePixels(context, place, scale, colours) {
  const side = place.radius * 2 * 28;
  context.strokeStyle = colours.lineStrong;
  context.lineWidth = 1 / scale;
  context.strokeRect((place.x[0] ?? 0) - place.radius, (place.y[0] ?? 0) - place.radius, side, side);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {LayerPlace} place
 * @param {number} scale
 * @param {Colours} colours
 */
function outlineNeurons(context, place, scale, colours) {
  context.strokeStyle = colours.lineStrong;
  context.lineWidth = Math.min(1, 0.3 + place.radius * scale * 0.06) / scale;
  context.beginPath();
  for (let index = 0; index < place.x.length; index += 1) {
    const [x, y] = [place.x[index] ?? 0, place.y[index] ?? 0];
    context.moveTo(x + place.radius, y);
    context.arc(x, y, place.radius, 0, 2 * Math.PI);
  }
  context.stroke();
}

/**
 * @param {LayerPlace[]} places
 * @param {number} layer
 */
function captionOf(places, layer) {
  const count = places[layer]?.x.length ?? 0;
  if (layer === 0) return "784 pixels";
  if (layer === places.length - 1) return "10 digits";
  return places.length > 5 ? String(count) : `${count} neurons`;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {LayerPlace} place
 * @param {string} text
 * @param {Colours} colours
 */
function caption(context, place, text, colours) {
  context.font = "500 12px system-ui, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "alphabetic";
  const [x, y] = [(least(place.x) + most(place.x)) / 2, Math.max(13, least(place.y) - place.radius - 8)];
  // An outline in the colour of the page: in the vertical layout connections run behind the caption.
  context.strokeStyle = colours.surface;
  context.lineWidth = 5;
  context.lineJoin = "round";
  context.strokeText(text, x, y);
  context.fillStyle = colours.muted;
  context.fillText(text, x, y);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {LayerPlace[]} places
 * @param {Colours} colours
 */
function verticalCaptions(context, places, colours) {
  places.slice(0, -1).forEach((place, layer) => caption(context, place, captionOf(places, layer), colours));
}

/** @param {Float32Array} values */
function least(values) {
  return values.reduce((a, b) => Math.min(a, b), Infinity);
}

/** @param {Float32Array} values */
function most(values) {
  return values.reduce((a, b) => Math.max(a, b), -Infinity);
}
