"""What no answer may be: a 500, late, or with something unescaped in it."""

import logging
import time
from typing import Any, Final

from bs4 import BeautifulSoup
from django.http import HttpResponse

from tests.fuzz.values import ATTRIBUTE, HEADER

SECONDS: Final = 2.0


class Tracebacks(logging.Handler):
    """Keeps what the program logs with a traceback."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)  # Django warns of a bad request with one
        self.seen: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and record.exc_info[0]:
            self.seen.append(logging.Formatter().formatException(record.exc_info))


class Stopwatch:
    """Of this thread's own work: the machine may be busy with something else."""

    def __enter__(self) -> "Stopwatch":
        self._began = time.thread_time()
        return self

    def __exit__(self, *_: Any) -> None:
        self.seconds = time.thread_time() - self._began


def faults(response: HttpResponse, seconds: float, tracebacks: list[str]) -> list[str]:
    """What is wrong with the answer, in words."""
    wrong = [f"traceback\n{one}" for one in tracebacks]
    if response.status_code == 500:
        wrong.append("status 500")
    if seconds > SECONDS:
        wrong.append(f"took {seconds:.1f} s")
    if HEADER in response.headers:
        wrong.append("a header that somebody sent")
    content = response.getvalue()  # of a list that came late as well
    is_page = response.headers.get("Content-Type", "").startswith("text/html")
    if is_page and ATTRIBUTE.encode() in content:
        page = BeautifulSoup(content, "html.parser")
        wrong += [f"unescaped: {tag}"[:300] for tag in page.find_all(attrs={ATTRIBUTE: True})]
    return wrong
