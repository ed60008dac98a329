// The scripts of every page, in the order in which they run. collectstatic replaces each line by the
// content of its file, in a block of its own.
import "./late.js";
import "./zone.js";
import "./htmx-events.js";
import "./response-placement.js";
import "./unknown.js";
import "./stale-answers.js";
import "./later.js";
import "./open-rows.js";
import "./keys.js";
import "./picks.js";
import "./focus.js";
import "./onward.js";
import "./pane.js";
import "./neighbours.js";
import "./copy.js";
import "./dialog.js";
import "./poll.js";
import "./age.js";
import "./press-guard.js";
