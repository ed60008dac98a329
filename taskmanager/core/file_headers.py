"""The headers of static files. Pages get theirs from the middlewares."""

from wsgiref.headers import Headers

SVG_POLICY = "default-src 'none'; frame-ancestors 'none'"


def add_file_headers(headers: Headers, _path: str, url: str) -> None:
    """Called by whitenoise, once for each file.

    Browsers apply a Content-Security-Policy to documents only. Of the files, an SVG image is one
    when it is opened by its address, and could then run scripts.
    """
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    if url.endswith(".svg"):
        headers["Content-Security-Policy"] = SVG_POLICY
