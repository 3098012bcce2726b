/** How many colours there are (`--series-1` …): more lines repeat them with other dashes. */
const COLOURS = 8;
/** Dashes as well as colours: eight colours alone are hard to distinguish. */
const DASHES = [undefined, [6, 4], [2, 3], [9, 3, 2, 3]];

/**
 * The colour and the dash of a line; of 32 lines no two have both alike.
 *
 * @param {number} index
 * @returns {{number: number, dash: number[] | undefined}} `number`: of the colour, from 1
 */
export function seriesStyle(index) {
  const round = Math.floor(index / COLOURS);
  return { number: (index % COLOURS) + 1, dash: DASHES[(index + round) % DASHES.length] };
}
