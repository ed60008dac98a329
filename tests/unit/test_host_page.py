"""Each message of the page to try the widget, and the input that causes it."""

import pytest

from workitems.web.widget.host_page import check_origin, check_snippet

OURS = "https://tasks.example.com"
PORTAL = "https://portal.example.com"
FRAME = f'<iframe src="{OURS}/widget/" title="My Tasks"'
ENOUGH = "allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox"


@pytest.mark.parametrize(
    ("typed", "allowed", "sentences"),
    [
        (PORTAL, [PORTAL], ["may frame the widget"]),
        ("HTTPS://Portal.Example.com:443", [PORTAL], ["may frame the widget"]),
        (PORTAL, ["https://other.example.com"], [f"not in FRAME_ANCESTORS: add {PORTAL}"]),
        (f"{PORTAL}/a/b?c#d", [PORTAL], ["An origin has no path", "may frame"]),
        ("http://portal.example.com", [PORTAL], ["http is allowed on localhost only"]),
        ("http://portal.localhost:8080", ["http://portal.localhost:8080"], ["may frame"]),
        ("portal.example.com", [PORTAL], ["This is not an origin"]),
        ("https://*.example.com", [PORTAL], ["This is not an origin"]),
        ("javascript:alert(1)", [PORTAL], ["This is not an origin"]),
        (PORTAL, [], ["FRAME_ANCESTORS is empty", f"add {PORTAL}"]),
    ],
)
def test_an_origin(typed: str, allowed: list[str], sentences: list[str]) -> None:
    found = check_origin(typed, allowed)
    assert len(found) == len(sentences), found
    for finding, sentence in zip(found, sentences, strict=True):
        assert sentence in finding.text


@pytest.mark.parametrize("word", ENOUGH.split())
def test_each_word_that_a_sandbox_lacks_is_named_with_what_it_breaks(word: str) -> None:
    rest = " ".join(each for each in ENOUGH.split() if each != word)
    [finding] = check_snippet(f'{FRAME} sandbox="{rest}"></iframe>', OURS)
    assert finding.text.startswith(f"Your sandbox attribute lacks {word}: ")
    assert finding.tone == "error"


@pytest.mark.parametrize(
    ("snippet", "sentence"),
    [
        (f"{FRAME}></iframe>", "Nothing is wrong"),
        (f'{FRAME} sandbox="{ENOUGH}"></iframe>', "Nothing is wrong"),
        (f"{FRAME} credentialless></iframe>", "by the code"),
        (f'<iframe src="{OURS}/widget/?theme=dark"></iframe>', "title is missing"),
        (f'{FRAME} referrerpolicy="no-referrer"></iframe>', "Firefox"),
        (f'<iframe title="t" src="{OURS}/"></iframe>', f"must show {OURS}/widget/"),
        ('<iframe title="t" src="https://evil.example/widget/"></iframe>', "must show"),
        ("<p>hello</p>", "no <iframe>"),
        ("<<<iframe", "no <iframe>"),
        ("<my-tasks></my-tasks>", "script of our loader is missing"),
        (f'<script src="{OURS}/widget/loader.js"></script><my-tasks></my-tasks>', "the loader's"),
        (
            f'<script src="{OURS}/widget/loader.js?v=2"></script><my-tasks></my-tasks>',
            "as it should",
        ),
        (
            f'<my-tasks src="{OURS}"></my-tasks><script src="{OURS}/widget/loader.js">',
            "as it should",
        ),
        ('<script src="https://e.example/widget/loader.js"></script><my-tasks>', "is missing"),
        (
            f'<script src="{OURS}/widget/loader.js"></script><my-tasks src="https://e.example">',
            "not",
        ),
        ('<iframe src="http://[bad/" title="t"></iframe>', "must show"),
    ],
)
def test_a_snippet(snippet: str, sentence: str) -> None:
    [finding] = check_snippet(snippet, OURS)
    assert sentence in finding.text


def test_two_frames_are_both_looked_at() -> None:
    found = check_snippet(f"{FRAME} sandbox></iframe>{FRAME}></iframe>", OURS)
    assert len(found) == 6
