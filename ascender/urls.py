"""Every address: which app answers below which prefix."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from . import health

handler500 = "ascender.refusals.server_error"

urlpatterns = [
    path("", include("reports.urls")),
    path("enroll/", include("assignments.enroll_urls")),
    path("enroll/", include("certifications.urls")),
    path("team/", include("assignments.urls")),
    path("notifications/", include("notifications.urls")),
    path("account/", include("accounts.urls")),
    path("accounts/", include("allauth.account.urls")),
    path("admin/", admin.site.urls),
    path("mailbox/", include("ascender.mailbox_urls")),
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
]
