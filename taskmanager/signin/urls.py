"""Sign-in's addresses; they are the same for both profiles and are registered at the provider."""

from django.urls import path

from taskmanager.signin import backchannel, session_views, views
from taskmanager.signin.popup import frame_views, popup_views

app_name = "signin"

urlpatterns = [
    path("signin/", views.start, name="start"),
    path("signin/callback/", views.callback, name="callback"),
    path("signin/backchannel/", backchannel.backchannel, name="backchannel"),
    path("signout/", views.sign_out, name="out"),
    path("signed-out/", views.signed_out, name="signed-out"),
    path("sessions/", session_views.sessions, name="sessions"),
    path("sessions/end/", session_views.end, name="sessions-end"),
    path("sessions/end-others/", session_views.end_others, name="sessions-end-others"),
    # The popup of a widget stands at top level; what a frame fetches needs the frame's cookie.
    path("signin/popup/", popup_views.popup, name="popup"),
    path("signin/popup/bind/", popup_views.bind, name="popup-bind"),
    path("signin/popup/code/", popup_views.bind_by_code, name="popup-code"),
    path("widget/signin/begin/", frame_views.begin, name="frame-begin"),
    path("widget/signin/claim/", frame_views.claim, name="frame-claim"),
    path("widget/signin/code/", frame_views.claim_by_code, name="frame-code"),
    path("widget/signout/", frame_views.sign_out, name="frame-out"),
]
