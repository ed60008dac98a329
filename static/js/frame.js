// The scripts of a framed page: those of every page, then those of the frame, in this order.
import "./page.js";
import "./embed.js";
import "./embed-events.js";
import "./embed-visible.js";
import "./signin-box.js";
import "./frame-signin.js";
import "./signin-code.js";
