"""Web addresses: which ones we accept, and how our own are put together."""

import ipaddress
import re
from typing import Final
from urllib.parse import SplitResult, urlencode, urlsplit

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

WIDGET_PREFIX: Final = "/widget/"  # everything that may be framed is below it

_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\]", re.IGNORECASE)
_PATH = re.compile(r"[A-Za-z0-9\-._~!$&()*+,=:@%/]*")


def is_loopback(host: str) -> bool:
    """Whether the host is this machine itself (browsers treat it as secure without https)."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def split_address(value: str) -> SplitResult:
    """Take an absolute http(s) address apart; ValueError (a sentence part) when it is not one."""
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    host = parts.netloc.removesuffix(f":{port}") if port is not None else parts.netloc
    if (
        parts.scheme not in {"http", "https"}
        or not _HOST.fullmatch(host)
        or not _PATH.fullmatch(parts.path)
        or parts.query
        or parts.fragment
    ):
        raise ValueError("is not an address such as https://host.example.com")
    return parts


def checked_address(value: str) -> str:
    """The address itself, if it is https or stays on this machine; ValueError otherwise."""
    parts = split_address(value)
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        raise ValueError("must begin with https:// (http is accepted on loopback and *.localhost)")
    return value


def checked_origin(value: str) -> str:
    """Scheme, host and port only; ValueError for a path, a wildcard or anything else."""
    parts = split_address(checked_address(value))
    if parts.path not in {"", "/"}:
        raise ValueError("must be scheme, host and port only, without a path")
    return origin_of(value)


def origin_of(address: str) -> str:
    """`https://Host:443/a?b` -> `https://host`: as browsers write it, without the usual port."""
    parts = urlsplit(address)
    usual = {"https": ":443", "http": ":80"}.get(parts.scheme, "")
    return f"{parts.scheme}://{parts.netloc.lower().removesuffix(usual)}"


def safe_next(value: str | None) -> str:
    """`value` as a path of ours with its query, or `/`. Never another host or sign-in."""
    is_own = url_has_allowed_host_and_scheme(value, allowed_hosts=None)
    if not value or not value.isprintable() or not is_own:
        return "/"
    parts = urlsplit(value)
    path = parts.path
    # A browser or a proxy may read `//host`, `/\host` and their encoded forms as another host.
    if not path.startswith("/") or path[1:4].lower().startswith(("/", "\\", "%2f", "%5c")):
        return "/"
    if path.startswith(("/signin/", "/signout/", "/signed-out/")):
        return "/"
    return f"{path}?{parts.query}" if parts.query else path


def with_query(path: str, **parameters: object) -> str:
    """`path` with these parameters behind it; empty values and None are left out."""
    query = urlencode({name: v for name, v in parameters.items() if v not in {None, ""}})
    return f"{path}?{query}" if query else path


def own_referer(request: HttpRequest) -> str:
    """The page of ours that the browser came from; empty where it came from elsewhere."""
    referer = request.headers.get("Referer", "")
    return referer if url_has_allowed_host_and_scheme(referer, {request.get_host()}) else ""
