/**
 * The contents of the diagram of a network: without a drawing, or for the inspection of a drawing.
 *
 * @typedef {import("../lib/messages.js").Lines} Lines connections between two layers, strongest first
 * @typedef {{layer: number, index: number}} Neuron
 * @typedef {{layers: number[], activation: string, output: string, connections: [number, number, number][][]}} Summary
 *   the content of `network.json`
 * @typedef {{layer: number, neuron: number, incoming: Lines, outgoing: Lines}} Flow
 * @typedef {{digit: number, logit: number, base: number, shares: string}} Attribution
 * @typedef {{lines: Lines[], focus?: Flow, why?: {digits: Attribution[], sentence: string}}} Inside
 *   the network's internals for one drawing
 * @typedef {import("../pad/predictor.js").VersionPrediction & {activations: number[][], inside: Inside}} Inspection
 * @typedef {{focus: Neuron, lines: (Lines | null)[]}} FocusLines
 * @typedef {{activations: number[][] | null, seen: number[] | null, probabilities: number[] | null,
 *   lines: (Lines | null)[], focusLines: FocusLines | null}} DiagramState
 */

import { calibrated } from "../pad/calibration.js";

const MAX_IDLE_LINES = 300;

/**
 * Without a drawing: the strongest connections, and those of one neuron.
 *
 * @param {Summary} summary
 * @param {Neuron | null} focus
 * @returns {DiagramState}
 */
export function idleState(summary, focus) {
  const lines = summary.connections.map((connections) => linesOf(connections.slice(0, MAX_IDLE_LINES)));
  const own = focus && {
    focus,
    lines: summary.connections.map((connections, pair) =>
      linesOf(connections.filter((one) => belongs(one, pair, focus))),
    ),
  };
  return { activations: null, seen: null, probabilities: null, lines, focusLines: own };
}

/**
 * For a drawing: the activations, and the strongest contributions.
 *
 * @param {Summary} summary
 * @param {Inspection} inspection
 * @returns {DiagramState}
 */
export function inspectedState(summary, inspection) {
  const { focus } = inspection.inside;
  return {
    activations: inspection.activations,
    seen: inspection.activations[0] ?? null,
    probabilities: calibrated(inspection),
    lines: inspection.inside.lines,
    focusLines: focus
      ? { focus: { layer: focus.layer, index: focus.neuron }, lines: aroundFocus(summary, focus) }
      : null,
  };
}

/**
 * @param {Summary} summary
 * @param {Flow} focus
 * @returns {(Lines | null)[]}
 */
function aroundFocus(summary, focus) {
  return summary.connections.map((_, pair) => {
    if (pair === focus.layer - 1) return focus.incoming;
    return pair === focus.layer ? focus.outgoing : null;
  });
}

/**
 * @param {[number, number, number][]} connections
 * @returns {Lines}
 */
function linesOf(connections) {
  return {
    sources: connections.map((one) => one[0]),
    targets: connections.map((one) => one[1]),
    values: connections.map((one) => one[2]),
  };
}

/**
 * @param {[number, number, number]} connection
 * @param {number} pair
 * @param {Neuron} neuron
 */
function belongs(connection, pair, neuron) {
  return (
    (neuron.layer === pair && connection[0] === neuron.index) ||
    (neuron.layer === pair + 1 && connection[1] === neuron.index)
  );
}
