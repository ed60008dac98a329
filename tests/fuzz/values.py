"""Values that break programs: for addresses, headers, forms and JSON."""

import json
from random import Random
from typing import Any, Final

ATTRIBUTE: Final = "data-fuzz"
MARKER: Final = f"<i {ATTRIBUTE}>\"' {ATTRIBUTE}=1 "  # an element, or an attribute, if unescaped
HEADER: Final = "X-Fuzz"
DIGITS: Final = "9" * 4301  # one more than Python turns into a number
TEXTS: Final = (
    *("", " ", "\0", "a\0b", "\t\n", "\x1b[31m", "\x7f", "\ufeff", "\ufffe", "\u202egnp.exe"),
    *("\u2028", "e\u0301" * 300, "💥" * 50, "\U0010ffff", "ß" * 3000, "a" * 5000, "İ", "١٢", "²"),
    *("0", "-1", "1.5", "1e999", "NaN", "inf", "0x10", "1_0", str(2**63), str(-(2**63)), DIGITS),
    *("null", "true", "[]", "{}", "[" * 900, '{"a":' * 900, "None", "undefined"),
    *("..", ".", "../../etc/passwd", "//evil.example", "\\\\evil", "http://[", "http://[::1", "?#"),
    *("https://evil.example/", "javascript:alert(1)", "http://a:99999/", "http://\u2100.example"),
    *("%", "%00", "%zz", "%2e%2e%2f", "%ED%A0%80", "%s%(x)s{0}", "{{7*7}}", "${7*7}"),
    *("'; DROP TABLE x; --", '" or "1"="1', "*)(uid=*", "=cmd|'/c calc'!A1", f"\r\n{HEADER}: 1"),
    *("2026-02-30", "99999-01-01", "0001-01-01", "9999-12-31T23:59:59-23:59", "2026-01-01T24:00Z"),
    *("Thu, 01 Jan 0001 00:00:00 +9999", "Fri, 31 Dec 9999 23:59:59 -9999", "Mon, 99 Foo 0 0:0:0"),
    *("Thu, 01 Jan 99999999999 00:00:00 GMT", "Thu, 01 Jan 2026 00:00:00 +99999999999999999999"),
    *("gzip", "utf-7", "base64", "idna", "x" * 70_000),
)
HUGE, DEEP, SURROGATE, RAW = "@huge@", "@deep@", "@surrogate@", "@raw@"  # what json cannot write
VALUES: Final = (
    *(None, True, False, 0, -1, 1.5, 1e308, 2**63, 10**400, [], {}, [[]], [None], {"": None}),
    *(HUGE, DEEP, SURROGATE, RAW),
)


def text(rng: Random) -> str:
    kind = rng.random()
    if kind < 0.5:
        return rng.choice(TEXTS)
    if kind < 0.8:
        return rng.choice(TEXTS) + MARKER
    if kind < 0.9:
        return MARKER * rng.randint(1, 40)
    return "".join(chr(rng.choice((rng.randrange(256), rng.randrange(0xD800)))) for _ in range(20))


def header(rng: Random) -> str:
    """As a server passes it on: bytes as Latin-1, no end of a line and no NUL."""
    raw = text(rng).encode("utf-8", "replace").decode("latin-1")
    return "".join(one for one in raw if one not in "\r\n\0")


def value(rng: Random) -> Any:
    kind = rng.random()
    if kind < 0.5:
        return text(rng)
    if kind < 0.9:
        return rng.choice(VALUES)
    return rng.choice(([value(rng) for _ in range(5)], {text(rng): value(rng)}, [text(rng)] * 200))


def changed(document: Any, rng: Random) -> Any:
    """The document with one or more of its parts replaced, removed or repeated."""
    if not isinstance(document, dict | list) or not document or rng.random() < 0.15:
        return value(rng)
    keys = list(document) if isinstance(document, dict) else list(range(len(document)))
    for key in rng.sample(keys, min(len(keys), rng.choice((1, 1, 2, 9)))):
        what = rng.random()
        if what < 0.05 and isinstance(document, list):
            document.append(document[key])
        elif what < 0.1 and isinstance(document, dict):
            del document[key]
        else:
            document[key] = changed(document[key], rng)
    return document


def written(document: Any, rng: Random) -> bytes:
    depth = rng.choice((90, 150, 900, 20_000))
    body = json.dumps(document, ensure_ascii=rng.random() < 0.5).encode("utf-8", "replace")
    for name, raw in (
        (HUGE, DIGITS.encode()),
        (DEEP, rng.choice((b"[" * depth + b"]" * depth, b'{"a":' * depth + b"1" + b"}" * depth))),
        (SURROGATE, rb'"\ud800<i data-fuzz>\u0000"'),
        (RAW, b'"\xff\xc3\xed\xa0\x80"'),
    ):
        body = body.replace(f'"{name}"'.encode(), raw)
    return body
