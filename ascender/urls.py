"""Every address: which app answers below which prefix."""

from __future__ import annotations

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from . import health

# The admin's own forms for logging in and for another password know no limits; ours do, and tell the owner.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # as allauth asks
admin.site.password_change = RedirectView.as_view(pattern_name="account_change_password")  # type: ignore[assignment]

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
