/** @typedef {import("../pad/geometry.js").Stroke} Stroke */

/**
 * One plain writing of each digit, in the units of the pad, for those who cannot or would rather not draw.
 *
 * @type {readonly (readonly Stroke[])[]}
 */
// prettier-ignore
export const EXAMPLES = [
  [oval(200, 200, 75, 115)],
  [[[175, 130], [205, 95], [205, 310]]],
  [[[130, 140], [150, 105], [195, 90], [245, 105], [260, 145], [240, 190], [130, 305], [275, 305]]],
  [[[130, 110], [185, 88], [245, 105], [258, 145], [230, 185], [190, 195], [240, 208], [268, 250], [245, 298], [185, 315], [125, 292]]],
  [[[165, 95], [125, 215], [275, 215]], [[245, 110], [235, 315]]],
  [[[265, 95], [155, 95], [145, 190], [200, 175], [255, 200], [265, 255], [230, 305], [170, 312], [130, 285]]],
  [[[245, 95], [185, 130], [145, 200], [140, 260], [170, 308], [220, 308], [255, 270], [245, 225], [205, 205], [160, 225], [143, 262]]],
  [[[125, 100], [280, 100], [235, 190], [195, 315]]],
  [[[245, 120], [205, 92], [160, 105], [150, 145], [190, 190], [245, 235], [255, 285], [210, 318], [155, 300], [148, 255], [195, 195], [245, 155], [245, 120]]],
  [[[250, 150], [220, 205], [170, 210], [140, 170], [155, 115], [205, 92], [245, 115], [252, 160], [245, 235], [225, 315]]],
];

/**
 * @param {number} x
 * @param {number} y
 * @param {number} width half of it
 * @param {number} height half of it
 * @returns {Stroke}
 */
function oval(x, y, width, height) {
  return Array.from({ length: 25 }, (_, step) => {
    const angle = (step / 24) * 2 * Math.PI - Math.PI / 2;
    return [Math.round(x + width * Math.cos(angle)), Math.round(y + height * Math.sin(angle))];
  });
}
