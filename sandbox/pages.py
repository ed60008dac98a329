"""The HTML pages of the tenant. Each one states that it is not SailPoint."""

from flask import Response, render_template_string

STYLE = """
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
body { max-inline-size: 34rem; margin: 3rem auto; padding: 0 1rem }
.notice { border-inline-start: .3rem solid #b45309; padding: .25rem .75rem }
ul { list-style: none; padding: 0; display: grid; gap: .5rem }
button { inline-size: 100%; padding: .6rem .9rem; font: inherit; text-align: start; cursor: pointer;
  border: 1px solid #8888; border-radius: .5rem; background: Canvas; color: CanvasText }
button:hover, button:focus-visible { outline: .15rem solid #2563eb }
button strong, button small { display: block }
"""
LAYOUT = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{{ title }} - Sandbox: not SailPoint</title><link rel="icon" href="data:,">
<style>{{ style }}</style></head>
<body><main><p class="notice">Sandbox: not SailPoint. Everybody here is invented.</p>
<h1>{{ title }}</h1>
"""
PICKER = (
    LAYOUT
    + """
<p>Choose who you are. There are no passwords.</p>
<form method="post" action="{{ action }}"><ul>
{% for persona in personas %}<li><button name="persona" value="{{ persona.key }}">
<strong>{{ persona.name }}</strong><small>{{ persona.blurb }}</small></button></li>
{% endfor %}</ul></form></main></body></html>
"""
)
HOME = (
    LAYOUT
    + """
<ul>{% for persona, counts in people %}<li><strong>{{ persona.name }}</strong> ({{ persona.key }}):
{{ counts[0] }} pending, {{ counts[1] }} completed</li>
{% endfor %}</ul>
{% if current %}<p>This browser is signed in to the provider as {{ current.name }}.</p>
<form method="post" action="/switch"><button>Be somebody else next time</button></form>
{% else %}<p>This browser is not signed in to the provider.</p>{% endif %}
</main></body></html>
"""
)
SIGNED_OUT = LAYOUT + "<p>You may close this page.</p></main></body></html>"
CONFIRM = (
    LAYOUT
    + """
<form method="post" action="{{ action }}"><button>Sign out</button></form></main></body></html>
"""
)


def page(template: str, title: str, **context: object) -> Response:
    """Forbids framing and caching, as real providers do."""
    html = render_template_string(template, title=title, style=STYLE, **context)
    return Response(
        html,
        headers={
            "X-Frame-Options": "DENY",
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline';"
            " img-src data:; frame-ancestors 'none'; base-uri 'none'",
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
        },
    )
