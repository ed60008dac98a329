// The scripts of every page, in the order in which they run. collectstatic replaces each line by the
// content of its file, in a block of its own.
import "./htmx-events.js";
import "./response-placement.js";
import "./later.js";
import "./keys.js";
import "./focus.js";
import "./pane.js";
import "./dialog.js";
import "./poll.js";
import "./age.js";
import "./press-guard.js";
