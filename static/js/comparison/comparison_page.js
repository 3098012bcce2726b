import { pageData } from "../lib/elements.js";
import { ComparisonCurves } from "./comparison_curves.js";
import { ComparisonPad } from "./comparison_pad.js";
import { ResultsRefresher } from "./results_refresher.js";

const results = new ResultsRefresher();
new ComparisonCurves(pageData("curves"), { onUpdate: () => results.refreshSoon() }).start();
if (document.getElementById("readings")) new ComparisonPad().start();
