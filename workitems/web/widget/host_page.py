"""What may keep a company's page from showing the widget, said in sentences before it happens."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from html.parser import HTMLParser
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from taskmanager.core.addresses import is_loopback, origin_of, split_address


@dataclass(frozen=True)
class Finding:
    """One sentence; tone is success, warning or error."""

    tone: str
    text: str


_good, _warning, _error = (partial(Finding, tone) for tone in ("success", "warning", "error"))


def check_origin(typed: str, allowed: Sequence[str]) -> list[Finding]:
    """Whether the page at this address may frame the widget, and what to do if not."""
    found = []
    if not allowed:
        found.append(_error(_("FRAME_ANCESTORS is empty: the widget is off.")))
    try:
        parts = split_address(typed.strip().split("?")[0].split("#")[0])
    except ValueError:
        text = _("This is not an origin. It looks like https://intranet.example.com.")
        return [*found, _error(text)]
    origin = origin_of(parts.geturl())
    if parts.path not in {"", "/"} or set("?#") & set(typed):
        found.append(_warning(_("An origin has no path: it is %(origin)s.") % {"origin": origin}))
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        text = _("http is allowed on localhost only: the page must be served over https.")
        found.append(_error(text))
    elif origin in allowed:
        found.append(_good(_("%(origin)s may frame the widget.") % {"origin": origin}))
    else:
        text = _("This origin is not in FRAME_ANCESTORS: add %(origin)s and start again.")
        found.append(_error(text % {"origin": origin}))
    return found


def check_snippet(html: str, public_url: str) -> list[Finding]:
    """What the attributes of one's own iframes break."""
    tags = _Tags()
    tags.feed(html)
    if tags.found["my-tasks"]:
        return [_check_element(tags, public_url)]
    if not tags.found["iframe"]:
        return [_error(_("There is no <iframe> and no <my-tasks> in this."))]
    return [found for frame in tags.found["iframe"] for found in _check_frame(frame, public_url)]


class _Tags(HTMLParser):
    """Collects the attributes of what makes a frame."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, list[dict[str, str]]] = {"iframe": [], "my-tasks": [], "script": []}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.found:
            self.found[tag].append({name: value or "" for name, value in attrs})


def _check_element(tags: _Tags, public_url: str) -> Finding:
    scripts = (_path_below(script.get("src", ""), public_url) for script in tags.found["script"])
    if "/widget/loader.js" not in scripts:
        return _error(_("The script of our loader is missing: nothing makes the frame."))
    if not all(
        _path_below(e.get("src", public_url) + "/", public_url) for e in tags.found["my-tasks"]
    ):
        text = _("The src of the element is not %(address)s: it shows somebody else's page.")
        return _error(text % {"address": public_url})
    return _good(_("This is the loader's element: it makes the frame as it should be."))


def _check_frame(frame: dict[str, str], public_url: str) -> list[Finding]:
    found = []
    if _path_below(frame.get("src", ""), public_url) not in {"/widget/", "/widget/badge/"}:
        text = _("The frame must show %(address)s; every other page refuses to be framed.")
        found.append(_error(text % {"address": f"{public_url}/widget/"}))
    found += _check_sandbox(frame)
    if "credentialless" in frame:
        text = _(
            "A credentialless frame has no tie to the sign-in window: people sign in by the code "
            "that the window shows them."
        )
        found.append(_warning(text))
    if not frame.get("title", "").strip():
        found.append(_warning(_('The title is missing: screen readers say "frame" and no more.')))
    if frame.get("referrerpolicy") == "no-referrer":
        text = _(
            "With this referrerpolicy older versions of Firefox do not tell the widget whose page "
            "it is on: no events arrive until the page has sent a message."
        )
        found.append(_warning(text))
    return found or [_good(_("Nothing is wrong with this frame."))]


def _path_below(address: str, public_url: str) -> str:
    """The path of an address of ours; empty for one of somebody else's, and for none at all."""
    try:
        url = urlsplit(address.strip())
    except ValueError:  # such as an IPv6 address without its end
        return ""
    return url.path if origin_of(address.strip()) == public_url else ""


def _check_sandbox(frame: dict[str, str]) -> list[Finding]:
    if "sandbox" not in frame:
        return []
    needed = {
        "allow-scripts": _("nothing can be decided"),
        "allow-same-origin": _("the widget has no cookies, so nobody can sign in"),
        "allow-forms": _("the provider's sign-in page cannot send its form"),
        "allow-popups": _("the sign-in window cannot open"),
        "allow-popups-to-escape-sandbox": _(
            "the sign-in window inherits the restrictions of the frame, and the provider may fail"
        ),
    }
    given = set(frame["sandbox"].lower().split())
    sentence = _("Your sandbox attribute lacks %(word)s: %(loss)s.")
    return [
        _error(sentence % {"word": word, "loss": loss})
        for word, loss in needed.items()
        if word not in given
    ]
