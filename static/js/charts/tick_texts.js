/**
 * The texts of the ticks of an axis, with as many digits as it takes for no two of them to be alike.
 *
 * @param {readonly (number | null)[]} values
 * @param {(value: number, extraDigits: number) => string} format
 * @returns {string[]}
 */
export function tickTexts(values, format) {
  /** @type {string[]} */
  let texts = [];
  for (let extraDigits = 0; extraDigits <= MAX_EXTRA_DIGITS; extraDigits += 1) {
    texts = values.map((value) => (value === null ? "" : format(value, extraDigits)));
    const shown = texts.filter((text) => text !== "");
    if (new Set(shown).size === shown.length) break;
  }
  return texts;
}

const MAX_EXTRA_DIGITS = 6;
