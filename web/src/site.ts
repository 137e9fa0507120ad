/** What every page loads: HTMX for browsing, and the few lines that fetch a part's script where a page has that part. */

import htmx from "htmx.org";

import { mountAll } from "./mount";

// The policy of the page allows no evaluated code and no style that was not in the wheel.
htmx.config.allowEval = false;
htmx.config.allowScriptTags = false;
htmx.config.includeIndicatorStyles = false;
htmx.config.selfRequestsOnly = true;
htmx.config.historyCacheSize = 0;

// HTMX tells of the whole document first, then of each part that it puts in.
htmx.onLoad((part) => mountAll(part as HTMLElement));
