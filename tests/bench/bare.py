"""The yardstick: the same list on Django, requests and pydantic, and nothing else.

No sign-in, sessions, CSRF, CSP, hashed files or languages. One view asks the tenant for the list
and the summary side by side, reads them with pydantic, and prints rows of the same shape from a
compiled template, with gzip. gunicorn serves it as it serves the dashboard.
"""

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import requests
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path
from pydantic import BaseModel, ConfigDict, TypeAdapter
from pydantic.alias_generators import to_camel

settings.configure(
    SECRET_KEY="nothing is signed",
    ALLOWED_HOSTS=["localhost"],
    ROOT_URLCONF="tests.bench.bare",
    MIDDLEWARE=["django.middleware.gzip.GZipMiddleware"],
    TEMPLATES=[{"BACKEND": "django.template.backends.jinja2.Jinja2"}],
)
TENANT, TOKEN = os.environ["BARE_TENANT"], os.environ["BARE_TOKEN"]
THREAD = threading.local()
POOL = ThreadPoolExecutor(8)
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>({{ summary.open }}) Pending</title></head><body>
<p>{{ summary.open }} open, {{ summary.completed }} completed</p>
{% macro sentence(line) %}{{ line.operation }} <b>{{ line.value }}</b> for <b>{{ line.account }}</b> on <b>{{ line.application }}</b>{% endmacro %}
{% macro pressing(address, label, text) %}
  <button class="button" formaction="{{ address }}" aria-label="{{ label }}: {{ text }}">{{ label }}</button>
{% endmacro %}
{% macro form(item, line, text) %}
<form class="actions" method="post" hx-post="" hx-swap="none" hx-include="#badge, #pane" hx-disabled-elt="closest [data-actions]" hx-sync="closest [data-actions]:drop"><input type="hidden" name="csrfmiddlewaretoken" value="{{ token }}">
  {{ pressing("/work-items/" ~ item.id ~ "/reject/" ~ line.id ~ "/", "Reject", text) }}
  {{ pressing("/work-items/" ~ item.id ~ "/approve/" ~ line.id ~ "/", "Approve", text) }}
  <div class="actions__notice" data-notice role="alert"></div>
</form>
{% endmacro %}
{% macro asking(item, actions, text) %}
<form class="actions" method="get" hx-get="" hx-target="#dialog" hx-swap="innerHTML" hx-sync="closest [data-actions]:drop">
  {% for action, label in actions %}{{ pressing("/work-items/" ~ item.id ~ "/" ~ action ~ "/", label, text) }}{% endfor %}
  <div class="actions__notice" data-notice role="alert"></div>
</form>
{% endmacro %}
<ul class="tasks__list" role="list">{% for item in items %}<li class="tasks__item">
<article id="item-{{ item.id }}" class="task" aria-labelledby="item-{{ item.id }}-title" data-task>
  <span class="verb verb--give" aria-hidden="true"></span>
  <div class="task__body">
    <h2 class="task__title" id="item-{{ item.id }}-title" data-subject><a class="task__link" href="/work-items/{{ item.id }}/" hx-get="/work-items/{{ item.id }}/" hx-target="#detail" hx-swap="innerHTML" hx-push-url="true" hx-sync="#detail:replace">{% if item.approval_items %}{{ sentence(item.approval_items[0]) }}{% else %}{{ item.description }}{% endif %}</a></h2>
    {% if item.description %}<p class="task__reason">{{ item.description }}</p>{% endif %}
    <p class="task__meta"><span>{{ item.requester_display_name or "" }}</span> <span>{{ item.type }}</span>
      <time datetime="{{ item.created.isoformat() }}" title="{{ item.date }}">waiting {{ (now - item.created).days }} days<span class="visually-hidden"> ({{ item.date }})</span></time></p>
  </div>
  <fieldset class="task__actions" role="none" data-actions><div class="task__buttons">
    {{ asking(item, [("forward", "Forward")], item.text) }}
    {% if item.approval_items|length == 1 %}{{ form(item, item.approval_items[0], item.text) }}
    {% else %}{{ asking(item, [("reject-all", "Reject all"), ("approve-all", "Approve all")], item.text) }}{% endif %}
  </div>
  {% if item.approval_items|length > 1 %}
    <details class="lines" data-lines><summary class="lines__summary">Decide {{ item.approval_items|length }} items one by one</summary>
      <ul class="lines__list" role="list">{% for line in item.approval_items %}<li class="lines__line">
        <p class="lines__text" data-subject>{{ sentence(line) }}</p>{{ form(item, line, line.text) }}
      </li>{% endfor %}</ul></details>
  {% endif %}
  </fieldset>
</article></li>{% endfor %}</ul></body></html>"""  # noqa: E501


class Wire(BaseModel):
    model_config = ConfigDict(extra="ignore", alias_generator=to_camel)


class ApprovalItem(Wire):
    id: str | None = None
    account: str | None = None
    application: str | None = None
    name: str | None = None
    operation: str | None = None
    value: str | None = None
    state: str | None = None

    @property
    def text(self) -> str:
        return f"{self.operation} {self.value} for {self.account} on {self.application}"


class WorkItem(Wire):
    id: str
    name: str | None = None
    description: str | None = None
    type: str | None = None
    state: str | None = None
    requester_id: str | None = None
    requester_display_name: str | None = None
    owner_id: str | None = None
    owner_name: str | None = None
    created: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    modified: datetime | None = None
    completed: datetime | None = None
    num_items: int | None = None
    approval_items: list[ApprovalItem] | None = None
    remediation_items: list[dict[str, object]] | None = None
    form: dict[str, object] | None = None
    errors: list[str] | None = None

    @property
    def date(self) -> str:
        return self.created.strftime("%b %d, %Y, %H:%M")

    @property
    def text(self) -> str:
        return self.approval_items[0].text if self.approval_items else self.description or ""


class Summary(BaseModel):
    open: int
    completed: int


ITEMS = TypeAdapter(list[WorkItem])


def ask(address: str, **params: str) -> bytes:
    """One call on this thread's own connection."""
    if not hasattr(THREAD, "session"):
        THREAD.session = requests.Session()
    headers = {"Authorization": f"Bearer {TOKEN}"}
    reply = THREAD.session.get(TENANT + address, params=params, headers=headers, timeout=10)
    reply.raise_for_status()
    content: bytes = reply.content
    return content


def page(request: HttpRequest) -> HttpResponse:
    summary = POOL.submit(ask, "/v2024/work-items/summary")
    items = ITEMS.validate_json(ask("/v2024/work-items", limit="50", count="true"))
    context = {
        "items": items,
        "summary": Summary.model_validate_json(summary.result()),
        "now": datetime.now(UTC),
        "token": "0" * 64,
    }
    return HttpResponse(TEMPLATE.render(context))


urlpatterns = [path("", page)]
application = get_wsgi_application()
TEMPLATE = engines["jinja2"].from_string(PAGE)
