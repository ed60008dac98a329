"""A host page on another site: a company's intranet page that embeds the widget.

Browsers resolve `intranet.localhost` to this machine but treat it as another site, so
third-party cookies, frame-ancestors and postMessage behave as they do between real sites.
"""

from flask import Flask, Response, render_template_string

HOST_NAME = "intranet.localhost"

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Acme intranet</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/intranet.css">
<script src="{{ dashboard }}/widget/loader.js" async></script>
<script src="/intranet.js" defer></script>
</head>
<body>
<header><b>Acme</b> intranet <small>Sandbox: not SailPoint</small></header>
<main>
  <section>
    <h1>Good morning</h1>
    <p>This page stands on another site than the dashboard. The widget beside it signs people in
    through a window of its own, and tells this page what happens:</p>
    <ol id="events" aria-live="polite"></ol>
  </section>
  <aside aria-label="My tasks"><my-tasks max-height="720"></my-tasks></aside>
</main>
</body>
</html>
"""

STYLE = """
:root { color-scheme: light dark; font-family: system-ui, sans-serif; }
body { margin: 0; }
header { padding: 1rem 2rem; background: #123c3a; color: #fff; }
header small { margin-inline-start: 1rem; opacity: .8; }
main { display: flex; flex-wrap: wrap; gap: 2rem; padding: 2rem; }
section { flex: 1 1 18rem; }
aside { flex: 0 1 24rem; }
#events { font-family: ui-monospace, monospace; font-size: .85rem; }
"""

SCRIPT = """"use strict";
const events = document.getElementById("events");
for (const type of ["ready", "count", "decided", "signed-in", "signed-out", "error", "navigate"]) {
  document.addEventListener(`my-tasks:${type}`, ({ detail }) => {
    const line = document.createElement("li");
    line.textContent = `${type} ${JSON.stringify(detail ?? {})}`;
    events.append(line);
  });
}
"""


def host_url(port: int) -> str:
    return f"http://{HOST_NAME}:{port}"


def create_host(dashboard: str) -> Flask:
    """A Flask app; `dashboard` is the origin whose widget the page shows."""
    app = Flask(__name__, static_folder=None)
    app.add_url_rule("/", "page", lambda: render_template_string(PAGE, dashboard=dashboard))
    app.add_url_rule("/intranet.css", "style", lambda: Response(STYLE, mimetype="text/css"))
    app.add_url_rule("/intranet.js", "script", lambda: Response(SCRIPT, mimetype="text/javascript"))
    return app
