/** Numbers and times as text. The template filters in `readable.py` give the same texts. */

export const MISSING = "–";

// Not by Intl: it writes "Sept", and another form for each language.
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/**
 * @param {number | null | undefined} share in [0, 1]
 * @param {number} [decimals]
 * @returns {string} "98.12 %"
 */
export function percent(share, decimals = 2) {
  return share == null ? MISSING : `${(100 * share).toFixed(decimals)} %`;
}

/**
 * @param {number | null | undefined} value
 * @returns {string} four significant digits: "0.01603", "1.39e−8", "−2.5"
 */
export function errorNumber(value) {
  return significantNumber(value, 4);
}

/**
 * @param {number | null | undefined} value
 * @param {number} digits significant ones; of a very small number, one fewer
 * @returns {string}
 */
export function significantNumber(value, digits) {
  if (value == null || !Number.isFinite(value)) return MISSING;
  const [sign, size] = [value < 0 ? "−" : "", Math.abs(value)];
  if (size !== 0 && size < 0.0001) return `${sign}${size.toExponential(digits - 2).replace("e-", "e−")}`;
  return `${sign}${Number(size.toPrecision(digits))}`;
}

/**
 * @param {number} low
 * @param {number} high
 * @returns {string} "from −0.5 to 1.25", or "all 0" if the two look the same
 */
export function rangeText(low, high) {
  const [from, to] = [errorNumber(low), errorNumber(high)];
  return from === to ? `all ${from}` : `from ${from} to ${to}`;
}

/**
 * @param {number | null | undefined} count of bytes
 * @returns {string} in decimal units: "512 bytes", "795 kB", "1.2 MB"
 */
export function fileSize(count) {
  if (count == null) return MISSING;
  if (count < 1000) return count === 1 ? "1 byte" : `${count} bytes`;
  let size = count;
  for (const unit of ["kB", "MB", "GB"]) {
    size /= 1000;
    if (size < 9.95) return `${(Math.floor(10 * size + 0.5) / 10).toFixed(1)} ${unit}`;
    if (size < 999.5) return `${Math.floor(size + 0.5)} ${unit}`;
  }
  size /= 1000;
  return `${size < 9.95 ? (Math.floor(10 * size + 0.5) / 10).toFixed(1) : Math.floor(size + 0.5)} TB`;
}

/**
 * @param {number | null | undefined} seconds
 * @returns {string} "0.8 s", "42 s", "3 min 5 s" or "2 h 10 min"
 */
export function duration(seconds) {
  if (seconds == null || !Number.isFinite(seconds)) return MISSING;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return whole % 60 ? `${minutes} min ${whole % 60} s` : `${minutes} min`;
  return minutes % 60 ? `${Math.floor(minutes / 60)} h ${minutes % 60} min` : `${Math.floor(minutes / 60)} h`;
}

/**
 * @param {number} seconds
 * @returns {string} rounded so that it is stable: "a few seconds", "about 40 s", "about 3 min", "about 2 h"
 */
export function roughDuration(seconds) {
  if (seconds < 5) return "a few seconds";
  if (seconds < 55) return `about ${Math.ceil(seconds / 5) * 5} s`;
  if (seconds < 3300) return `about ${Math.round(seconds / 60)} min`;
  const hours = seconds / 3600;
  return `about ${hours < 9.5 ? Number(hours.toFixed(1)) : Math.round(hours)} h`;
}

/**
 * A moment in the reader's time zone; the template tag `moment` gives the same form in the server's.
 *
 * @param {string} iso
 * @param {{isExact?: boolean}} [options] `isExact`: with the second and the zone
 * @returns {string} "25 Nov 2026, 16:00", or "25 Nov 2026, 16:00:05 GMT+1"
 */
export function momentText(iso, { isExact = false } = {}) {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return MISSING;
  const [hours, minutes, seconds] = [at.getHours(), at.getMinutes(), at.getSeconds()].map(twoDigits);
  const text = `${dayText(at)}, ${hours}:${minutes}`;
  if (!isExact) return text;
  const zone = new Intl.DateTimeFormat("en-GB", { timeZoneName: "short" }).formatToParts(at);
  return `${text}:${seconds} ${zone.find((piece) => piece.type === "timeZoneName")?.value ?? ""}`.trim();
}

/** @param {Date} at */
function dayText(at) {
  return `${at.getDate()} ${MONTHS[at.getMonth()]} ${at.getFullYear()}`;
}

/** @param {number} value */
function twoDigits(value) {
  return String(value).padStart(2, "0");
}

/**
 * @param {string} iso
 * @param {Date} now
 * @returns {string} "just now", "5 min ago", "3 h ago", "4 d ago", or the day
 */
export function ago(iso, now) {
  const then = new Date(iso);
  const minutes = Math.floor((now.getTime() - then.getTime()) / 60_000);
  if (Number.isNaN(minutes)) return MISSING;
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min ago`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ago`;
  if (minutes < 7 * 24 * 60) return `${Math.floor(minutes / 1440)} d ago`;
  return dayText(then);
}

/**
 * @param {string} text
 * @returns {string} with a capital first letter
 */
export function capitalised(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
