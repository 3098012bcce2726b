import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeInt8 } from "../../../static/js/charts/heatmap.js";

test("weights come back from base64 with their signs", () => {
  const bytes = Int8Array.from([0, 1, -1, 127, -127]);
  assert.deepEqual([...decodeInt8(Buffer.from(bytes.buffer).toString("base64"))], [0, 1, -1, 127, -127]);
});
