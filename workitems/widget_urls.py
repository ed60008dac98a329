"""What stands beside the framed pages: badge, loader, colours, and the page to try them on."""

from django.urls import path

from workitems import widget

app_name = "embed"

urlpatterns = [
    path("badge/", widget.badge, name="badge"),
    path("theme.css", widget.theme, name="theme"),
    path("loader.js", widget.loader, name="loader"),
    path("try/", widget.try_page, name="try"),
]
