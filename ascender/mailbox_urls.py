"""The demo's mailbox, below /mailbox/."""

from __future__ import annotations

from django.urls import path

from . import mailbox_views

app_name = "mailbox"
urlpatterns = [
    path("", mailbox_views.letter_list, name="letter_list"),
    path("<str:name>/", mailbox_views.letter_detail, name="letter_detail"),
    path("<str:name>/html/", mailbox_views.letter_html, name="letter_html"),
]
