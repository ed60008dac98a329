"""What gunicorn serves."""

import os

from django.core.handlers.wsgi import WSGIRequest
from django.core.wsgi import get_wsgi_application


class Utf8Request(WSGIRequest):
    """Our pages are UTF-8 and so are their forms, whatever charset a Content-Type names.

    Django reads the address in that charset too, and some that Python knows (base64, idna) cannot
    be read in at all: an error outside every middleware.
    """

    @property
    def encoding(self) -> str:
        return "utf-8"

    @encoding.setter
    def encoding(self, _: str) -> None:
        pass


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "taskmanager.settings")
application = get_wsgi_application()
application.request_class = Utf8Request
