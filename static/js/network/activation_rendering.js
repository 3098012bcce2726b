import { rgbOf } from "../charts/heatmap.js";

/**
 * @typedef {import("./layout.js").LayerPlace} LayerPlace
 * @typedef {import("./diagram_state.js").Lines} Lines
 * @typedef {{text: string, muted: string, surface: string, lineStrong: string, line: string, accent: string,
 *   positive: string, negative: string, canvas: string, ink: string, sunken: string}} Colours
 */

const LEVELS = 16;
const WIDTHS = 5;
const PERCENT = 12;

const inkCanvas = typeof document === "undefined" ? null : document.createElement("canvas");
if (inkCanvas) inkCanvas.width = inkCanvas.height = 28;

/**
 * Paints connections, grouped by width and colour: one path of many lines is much faster than many paths.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {LayerPlace[]} places
 * @param {(Lines | null)[]} pairs of layers, each strongest first
 * @param {number} scale
 * @param {Colours} colours
 * @param {number} opacity
 */
export function paintConnections(context, places, pairs, scale, colours, opacity) {
  pairs.forEach((lines, pair) => {
    const [from, to] = [places[pair], places[pair + 1]];
    const strongest = Math.abs(lines?.values[0] ?? 0);
    if (!from || !to || !lines || !strongest) return;
    let end = lines.values.length;
    // The strongest connections last, on top.
    for (let width = 0; width < WIDTHS; width += 1) {
      let start = end;
      while (start > 0 && Math.abs(lines.values[start - 1] ?? 0) <= (strongest * (width + 1)) / WIDTHS) start -= 1;
      for (const sign of [1, -1]) {
        context.beginPath();
        for (let index = start; index < end; index += 1) {
          if ((lines.values[index] ?? 0) * sign <= 0) continue;
          const [source, target] = [lines.sources[index] ?? 0, lines.targets[index] ?? 0];
          context.moveTo(from.x[source] ?? 0, from.y[source] ?? 0);
          context.lineTo(to.x[target] ?? 0, to.y[target] ?? 0);
        }
        const share = (width + 1) / WIDTHS;
        context.globalAlpha = opacity * (0.12 + 0.73 * share * share);
        context.lineWidth = (0.5 + 2 * share) / Math.sqrt(scale);
        context.strokeStyle = sign > 0 ? colours.positive : colours.negative;
        context.stroke();
      }
      end = start;
    }
  });
  context.globalAlpha = 1;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {LayerPlace | undefined} place
 * @param {ArrayLike<number> | null} seen 784 values in [0, 1]
 * @param {Colours} colours
 */
export function paintInput(context, place, seen, colours) {
  const ink = inkCanvas?.getContext("2d");
  if (!place || !ink || !inkCanvas) return;
  const [paper, full] = [rgbOf(colours.canvas), rgbOf(colours.ink)];
  const image = ink.createImageData(28, 28);
  for (let index = 0; index < 784; index += 1) {
    const share = seen?.[index] ?? 0;
    for (let channel = 0; channel < 3; channel += 1) {
      const start = paper[channel] ?? 0;
      image.data[4 * index + channel] = start + share * ((full[channel] ?? 0) - start);
    }
    // Connections remain visible behind blank paper.
    image.data[4 * index + 3] = 140 + 115 * share;
  }
  ink.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = false;
  const side = place.radius * 2 * 28;
  context.drawImage(inkCanvas, (place.x[0] ?? 0) - place.radius, (place.y[0] ?? 0) - place.radius, side, side);
}

/**
 * Paints the activations of neurons, one path per shade.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {LayerPlace[]} places
 * @param {ArrayLike<number>[] | null} activations per layer, from the pixels on
 * @param {number} scale
 * @param {Colours} colours
 * @param {boolean} signed whether activations may be negative
 */
export function paintNeurons(context, places, activations, scale, colours, signed) {
  // `paintOutputs` paints the digits, by their probability.
  places.slice(0, -1).forEach((place, layer) => {
    if (place.isPixels) return;
    const levels = levelsOf(activations?.[layer] ?? null, place.x.length);
    for (let level = signed ? -LEVELS : 0; level <= LEVELS; level += 1) {
      const path = new Path2D();
      let isEmpty = true;
      for (let index = 0; index < levels.length; index += 1) {
        if (levels[index] !== level) continue;
        isEmpty = false;
        const [x, y] = [place.x[index] ?? 0, place.y[index] ?? 0];
        if (place.radius * scale < 2) path.rect(x - place.radius, y - place.radius, 2 * place.radius, 2 * place.radius);
        else {
          path.moveTo(x + place.radius, y);
          path.arc(x, y, place.radius, 0, 2 * Math.PI);
        }
      }
      if (isEmpty) continue;
      context.fillStyle = mixed(colours.surface, level < 0 ? colours.negative : colours.text, Math.abs(level) / LEVELS);
      context.fill(path);
    }
    if (place.radius * scale > 13) numberNeurons(context, place, levels, colours);
  });
}

/**
 * @param {ArrayLike<number> | null} values
 * @param {number} count
 * @returns {Int8Array} from -LEVELS to LEVELS, as shares of the strongest activation of the layer
 */
function levelsOf(values, count) {
  const levels = new Int8Array(count);
  if (!values) return levels;
  let strongest = 0;
  for (let index = 0; index < count; index += 1) strongest = Math.max(strongest, Math.abs(values[index] ?? 0));
  if (strongest === 0) return levels;
  for (let index = 0; index < count; index += 1)
    levels[index] = Math.round((LEVELS * (values[index] ?? 0)) / strongest);
  return levels;
}

/**
 * Paints the indices of neurons that are large on the screen.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {LayerPlace} place
 * @param {Int8Array} levels
 * @param {Colours} colours
 */
function numberNeurons(context, place, levels, colours) {
  context.font = `500 ${place.radius * 0.75}px system-ui, sans-serif`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (let index = 0; index < levels.length; index += 1) {
    context.fillStyle = Math.abs(levels[index] ?? 0) > LEVELS / 2 ? colours.surface : colours.muted;
    context.fillText(String(index), place.x[index] ?? 0, place.y[index] ?? 0);
  }
}

/**
 * Paints the digits, each with a bar for its probability.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {LayerPlace[]} places
 * @param {ArrayLike<number> | null} probabilities
 * @param {Colours} colours
 * @param {boolean} across
 */
export function paintOutputs(context, places, probabilities, colours, across) {
  const place = places.at(-1);
  if (!place) return;
  const best = probabilities ? indexOfLargest(probabilities) : -1;
  context.textBaseline = "middle";
  for (let digit = 0; digit < place.x.length; digit += 1) {
    const [x, y, share] = [place.x[digit] ?? 0, place.y[digit] ?? 0, probabilities?.[digit] ?? 0];
    context.beginPath();
    context.arc(x, y, place.radius, 0, 2 * Math.PI);
    context.fillStyle = mixed(colours.surface, colours.text, share);
    context.fill();
    context.fillStyle = share > 0.5 ? colours.surface : colours.text;
    context.font = `600 ${Math.max(9, place.radius * 1.2)}px system-ui, sans-serif`;
    context.textAlign = "center";
    context.fillText(String(digit), x, y + 0.5);
    if (across) barAcross(context, x + place.radius + 8, y, share, digit === best, colours);
    else barDown(context, x, y + place.radius + 6, share, digit === best, colours);
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} x
 * @param {number} y
 * @param {number} share
 * @param {boolean} isBest
 * @param {Colours} colours
 */
function barAcross(context, x, y, share, isBest, colours) {
  context.fillStyle = colours.sunken;
  context.fillRect(x, y - 4, 40, 8);
  context.fillStyle = isBest ? colours.accent : colours.lineStrong;
  context.fillRect(x, y - 4, 40 * share, 8);
  if (share < 0.005) return;
  context.textAlign = "left";
  context.font = `${isBest ? 640 : 400} ${PERCENT}px system-ui, sans-serif`;
  context.fillStyle = isBest ? colours.text : colours.muted;
  context.fillText(`${Math.round(100 * share)} %`, x + 45, y + 0.5);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} x
 * @param {number} y
 * @param {number} share
 * @param {boolean} isBest
 * @param {Colours} colours
 */
function barDown(context, x, y, share, isBest, colours) {
  context.fillStyle = colours.sunken;
  context.fillRect(x - 4, y, 8, 20);
  context.fillStyle = isBest ? colours.accent : colours.lineStrong;
  context.fillRect(x - 4, y + 20 * (1 - share), 8, 20 * share);
  if (!isBest) return;
  context.textAlign = "center";
  context.font = "640 11px system-ui, sans-serif";
  context.fillStyle = colours.text;
  context.fillText(`${Math.round(100 * share)} %`, x, y + 29);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {LayerPlace[]} places
 * @param {{layer: number, index: number}} neuron
 * @param {number} scale
 * @param {string} stroke
 */
export function paintRing(context, places, neuron, scale, stroke) {
  const place = places[neuron.layer];
  if (!place) return;
  context.strokeStyle = stroke;
  context.lineWidth = 2.5 / scale;
  context.beginPath();
  context.arc(place.x[neuron.index] ?? 0, place.y[neuron.index] ?? 0, place.radius + 3 / scale, 0, 2 * Math.PI);
  context.stroke();
}

/** @param {ArrayLike<number>} values */
function indexOfLargest(values) {
  let best = 0;
  for (let index = 1; index < values.length; index += 1) if ((values[index] ?? 0) > (values[best] ?? 0)) best = index;
  return best;
}

/**
 * @param {string} from "#rrggbb"
 * @param {string} to
 * @param {number} share of `to`
 */
function mixed(from, to, share) {
  const [start, end] = [rgbOf(from), rgbOf(to)];
  return `rgb(${start.map((value, channel) => Math.round(value + share * ((end[channel] ?? 0) - value))).join(" ")})`;
}
