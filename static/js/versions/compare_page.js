import { pageData } from "../elements.js";
import { CompareCurves } from "./compare_curves.js";
import { ComparePad } from "./compare_pad.js";
import { LiveResults } from "./live_results.js";

const results = new LiveResults();
new CompareCurves(pageData("curves"), { onNews: () => results.soon() }).start();
if (document.getElementById("readings")) new ComparePad().start();
