"""Home, and Reports."""

from django.urls import path
from django.views.generic import RedirectView

from accounts.access import REPORTS, page_of

from . import views

_to_progress = page_of(REPORTS)(RedirectView.as_view(pattern_name="report-certification-progress"))

urlpatterns = [
    path("", views.home, name="home"),
    path("reports/", _to_progress, name="reports"),
    path("reports/certification-progress/", views.certification_progress, name="report-certification-progress"),
    path(
        "reports/certification-progress.csv", views.certification_progress_csv, name="report-certification-progress-csv"
    ),
]
