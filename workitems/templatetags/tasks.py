"""What stands once for each task is compiled: its macros, for pages in Django's own language."""

from typing import TYPE_CHECKING, Any, cast

from django.template import Context, Library, engines
from django.template.backends.utils import csrf_input
from django.utils.translation import gettext

if TYPE_CHECKING:
    from django.template.backends.jinja2 import Jinja2

register = Library()


@register.simple_tag(takes_context=True)
def task(context: Context, macro: str, *args: Any) -> str:
    """Print a macro of `workitems/tasks.jinja`, which has escaped what it was given."""
    request = context["request"]
    environment = cast("Jinja2", engines["jinja2"]).env
    module = environment.get_template("workitems/tasks.jinja").make_module(
        {
            "_": gettext,
            "lens": context["lens"],
            "oob": context.get("oob", False),
            "is_embedded": request.embedded,
            "csrf_input": csrf_input(request),
        }
    )
    printed: str = getattr(module, macro)(*args)
    return printed
