/**
 * Measures pages with Lighthouse: reads `{chromium, arguments, addresses}` as JSON from the standard input, and writes one
 * line of JSON for each address and device.
 */
import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";
import desktop from "lighthouse/core/config/desktop-config.js";

const CATEGORIES = ["performance", "accessibility", "best-practices"];
/** Lighthouse's own defaults are a phone with a slow connection and a slow processor. */
const DEVICES = { desktop, phone: undefined };

const { chromium, arguments: flags, addresses } = JSON.parse(await readInput());
const chrome = await launch({ chromePath: chromium, chromeFlags: ["--headless=new", ...flags], logLevel: "error" });
try {
  for (const address of addresses)
    for (const [device, config] of Object.entries(DEVICES)) {
      const figures = await measure(address, config);
      process.stdout.write(JSON.stringify({ address, device, ...figures }) + "\n");
    }
} finally {
  chrome.kill();
}

/** The trace of a page misses its beginning now and then; then Lighthouse reports an error, and is run again. */
async function measure(address, config, triesLeft = 3) {
  const options = { port: chrome.port, logLevel: "silent", onlyCategories: CATEGORIES };
  const { lhr } = await lighthouse(address, options, config);
  if (!lhr.runtimeError) return figuresOf(lhr);
  if (triesLeft > 1) return measure(address, config, triesLeft - 1);
  throw new Error(`${address}: ${lhr.runtimeError.message}`);
}

function figuresOf(lhr) {
  const score = (category) => Math.round(100 * lhr.categories[category].score);
  const value = (audit) => lhr.audits[audit].numericValue;
  return {
    performance: score("performance"),
    accessibility: score("accessibility"),
    best_practices: score("best-practices"),
    layout_shift: value("cumulative-layout-shift"),
    largest_paint_seconds: value("largest-contentful-paint") / 1000,
    blocked_ms: value("total-blocking-time"),
    bytes: value("total-byte-weight"),
    failed: Object.values(lhr.audits)
      .filter((audit) => audit.score === 0 && audit.scoreDisplayMode === "binary")
      .map((audit) => audit.id),
  };
}

async function readInput() {
  let text = "";
  for await (const chunk of process.stdin) text += chunk;
  return text;
}
