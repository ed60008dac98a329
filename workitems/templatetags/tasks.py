"""What stands on a page many times is compiled: its macros, for pages in Django's own language."""

from typing import TYPE_CHECKING, Any, cast

from django.template import Context, Library, engines
from django.template.defaulttags import CsrfTokenNode
from django.utils.translation import gettext

if TYPE_CHECKING:
    from django.template.backends.jinja2 import Jinja2

register = Library()


@register.simple_tag(takes_context=True)
def task(context: Context, macro: str, *args: Any) -> str:
    """Print a macro of `workitems/tasks.jinja`."""
    return _printed(context, "workitems/tasks.jinja", macro, *args)


@register.simple_tag(takes_context=True)
def pager(context: Context, *args: Any) -> str:
    """Print the macro of `workitems/pager.jinja`."""
    return _printed(context, "workitems/pager.jinja", "pager", *args)


def _printed(context: Context, template: str, macro: str, *args: Any) -> str:
    """What a macro says, which has escaped what it was given."""
    environment = cast("Jinja2", engines["jinja2"]).env
    module = environment.get_template(template).make_module(
        {
            "_": gettext,
            "scope": context["scope"],
            "links": context["links"],
            "oob": context.get("oob", False),
            "is_embedded": context["request"].embedded,
            "csrf_input": CsrfTokenNode().render(context),
        }
    )
    printed: str = getattr(module, macro)(*args)
    return printed
