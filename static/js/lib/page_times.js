/** The script of every page: times in the reader's time zone. */

import { keepTimes } from "./times.js";

keepTimes();
