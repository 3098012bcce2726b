import { pageData } from "../elements.js";
import { CompareCurves } from "./compare_curves.js";
import { ComparePad } from "./compare_pad.js";

new CompareCurves(pageData("curves")).start();
if (document.getElementById("readings")) new ComparePad().start();
