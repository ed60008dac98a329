"""What gunicorn serves."""

import os
from collections.abc import Callable
from typing import Any

from django.core.wsgi import get_wsgi_application

FRAME_SLOTS = 40_000  # 320 KB; CPython rounds the stack chunk up to 512 KB, so 190 KB are left


def with_room(application: Callable[..., Any]) -> Callable[..., Any]:
    """Call `application` from a frame so large that all frames below it share its stack chunk.

    CPython (3.11 to at least 3.13) frees an empty chunk of 16 KB at once. Where a template's
    innermost calls cross the edge of a chunk, each call maps and unmaps memory: that was half the
    time of a page of fifty rows.
    """

    def roomy(*args: Any) -> Any:
        return application(*args)

    roomy.__code__ = roomy.__code__.replace(co_stacksize=FRAME_SLOTS)
    return roomy


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "taskmanager.settings")
application = with_room(get_wsgi_application())
