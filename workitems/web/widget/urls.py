"""What stands beside the framed pages: badge, loader, colours, and the page to try them on."""

from django.urls import path

from workitems.web.widget import badge, badge_json, loader, theme, try_page

app_name = "embed"

urlpatterns = [
    path("badge/", badge.badge, name="badge"),
    path("badge.json", badge_json.badge_json, name="badge-json"),
    path("theme.css", theme.theme, name="theme"),
    path("loader.js", loader.loader, name="loader"),
    path("try/", try_page.try_page, name="try"),
]
