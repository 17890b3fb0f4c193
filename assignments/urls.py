"""Team Management → Assignments → Command Series Certifications."""

from django.urls import path
from django.views.generic import RedirectView

from accounts.access import TEAM_ASSIGNMENTS, page_of

from .subtabs import TABS
from .views import lists, managers, messages, operations, presses, previews, reminders, taking_back, upcoming, uploads
from .views.buttons import BUTTONS

CERTIFICATIONS = "assignments/certifications/"
ONE = f"{CERTIFICATIONS}<slug:slug>/"
PREVIEW = f"{ONE}learners/<int:pk>/preview/"
OPERATIONS = "assignments/operations/"
UPLOAD = "assignments/uploads/<uuid:key>/"
OPERATION = f"{OPERATIONS}<uuid:op_id>/"

_to_certifications = page_of(TEAM_ASSIGNMENTS)(RedirectView.as_view(pattern_name="team-certifications"))

urlpatterns = [
    path("", _to_certifications, name="team"),
    path("assignments/", _to_certifications, name="team-assignments"),
    path("assignments/upcoming/", upcoming.upcoming, name="team-upcoming"),
    path("assignments/messages-to-managers/", managers.manager_messages, name="team-manager-messages"),
    path("assignments/reminders/", reminders.reminders, name="team-reminders"),
    path("assignments/reminders/preview/", previews.of_plan, name="team-reminders-preview"),
    path(CERTIFICATIONS, lists.certification_list, name="team-certifications"),
    path(ONE, lists.certification_detail, name="team-certification"),
    *(path(f"{ONE}{tab}/", lists.subtab, {"tab": tab}, name=f"team-certification-{tab}") for tab in TABS),
    *(path(f"{ONE}{name}/", presses.press, {"name": name}, name=f"team-{name}") for name in BUTTONS),
    path(f"{ONE}learners/<int:pk>/messages/", messages.learner_messages, name="team-messages"),
    path(f"{ONE}assign/preview/", previews.of_selection, name="team-assign-preview"),
    path(PREVIEW, previews.preview, name="team-preview"),
    path(f"{PREVIEW}<slug:which>/", previews.html_part, name="team-preview-html"),
    path(f"{ONE}file/<slug:name>/", uploads.upload_new, name="team-upload-new"),
    path(f"{ONE}file/<slug:name>/template.<slug:ending>", uploads.upload_template, name="team-upload-template"),
    path(UPLOAD, uploads.upload_detail, name="team-upload"),
    path(f"{UPLOAD}press/", uploads.upload_press, name="team-upload-press"),
    path(f"{UPLOAD}left.<slug:ending>", uploads.upload_left, name="team-upload-left"),
    path(OPERATIONS, operations.operation_list, name="team-operations"),
    path(OPERATION, operations.operation_detail, name="team-operation"),
    path(f"{OPERATION}take-back/", taking_back.take_back, name="team-operation-take-back"),
    path(f"{OPERATION}csv/", operations.operation_csv, name="team-operation-csv"),
    path(f"{OPERATION}delivery/", operations.operation_delivery, name="team-operation-delivery"),
]
