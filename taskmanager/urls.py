"""Includes only. /healthz and /readyz are answered before this (taskmanager/health.py)."""

from django.urls import include, path

from workitems.web import urls as workitems

# They are tried from above: the list, which is asked for most, is the first of them.
urlpatterns = [
    path("", include((workitems.urlpatterns + workitems.on_page_only, workitems.app_name))),
    path("", include("taskmanager.signin.urls")),
    path("widget/", include("workitems.web.widget.urls")),
    # The same views and templates once more, in a frame: `url` stays within its instance.
    path("widget/", include("workitems.web.urls", namespace="widget")),
]

handler400 = "taskmanager.errors.bad_request"
handler403 = "taskmanager.errors.forbidden"
handler404 = "taskmanager.errors.not_found"
handler500 = "taskmanager.errors.server_error"
