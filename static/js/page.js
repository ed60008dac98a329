// The scripts of every page. Listeners are registered in this order. Each import ends with a semicolon:
// without it collectstatic would not write the hashed name.
import "./htmx-events.js";
import "./response-placement.js";
import "./focus.js";
import "./pane.js";
import "./dialog.js";
import "./poll.js";
