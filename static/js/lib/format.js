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
 * @returns {string} four significant digits: "0.01603"
 */
export function errorNumber(value) {
  if (value == null || !Number.isFinite(value)) return MISSING;
  if (value !== 0 && Math.abs(value) < 0.0001) return value.toExponential(2).replace("e-", "e−");
  return String(Number(value.toPrecision(4)));
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
