"""Every address, by everyone, by every method. The matrix comes from the URLconf: what nobody declared fails."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.models import Company, User
from assignments import services as assigning
from assignments.models import Upload
from certifications.models import Certification
from notifications import services as post_office
from notifications.models import Notification
from notifications.switches import link_of
from tests.factories import PersonFactory, enroll

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)

# Who asks. Rosa's manager is Max; three people of Meridian have one permission each; Harbor's stranger and
# Solo's Cora have all three, Cora on a plan without team pages.
MERIDIAN = ("lena", "max", "manage_users", "manage_assignments", "manage_reports")
ACTORS = ("anonymous", *MERIDIAN, "stranger", "cora", "operator")

LOGIN, OFFICE_LOGIN, NOT_FOUND, FORBIDDEN, OPEN = "login", "office login", "404", "403", "open"

# The rows of the access table: what each actor is answered before any object is looked for.
Answers = dict[str, str]
PUBLIC: Answers = dict.fromkeys(ACTORS, OPEN)
LOGGED_IN: Answers = PUBLIC | {"anonymous": LOGIN}
OWN_PAGES: Answers = LOGGED_IN | {"operator": NOT_FOUND}
_COMPANY_PAGES: Answers = dict.fromkeys(ACTORS, FORBIDDEN) | {
    "anonymous": LOGIN,
    "stranger": OPEN,
    "cora": NOT_FOUND,
    "operator": NOT_FOUND,
}
TEAM: Answers = _COMPANY_PAGES | {"manage_assignments": OPEN}
REPORTS: Answers = _COMPANY_PAGES | {"max": OPEN, "manage_reports": OPEN}
OPERATORS: Answers = dict.fromkeys(ACTORS, OFFICE_LOGIN) | {"operator": OPEN}
OFFICE_DOOR: Answers = dict.fromkeys(ACTORS, FORBIDDEN) | {"anonymous": LOGIN, "operator": OPEN}
OUTSIDE_THE_DEMO: Answers = dict.fromkeys(ACTORS, NOT_FOUND)


@dataclass(frozen=True)
class Page:
    """One address. `about` names the object in it, which only those in `seen_by` can see."""

    answers: Answers
    methods: str = "GET"
    about: str = ""
    seen_by: tuple[str, ...] = ACTORS

    def answer_to(self, actor: str, *, method: str) -> str:
        answer = self.answers[actor]
        if answer != OPEN:
            return answer
        if self.methods and method not in self.methods:
            return "405"
        return OPEN if actor in self.seen_by else NOT_FOUND


# "sale" exists for Meridian only, "operation" is one of Meridian's, "notification" is Lena's.
def about_sale(answers: Answers, methods: str = "GET", about: str = "sale") -> Page:
    return Page(answers, methods, about, MERIDIAN)


PAGES = {
    "home": Page(LOGGED_IN),
    "livez": Page(PUBLIC),
    "readyz": Page(PUBLIC),
    # Own pages
    "enroll": Page(OWN_PAGES),
    "enroll-assignments": Page(OWN_PAGES),
    "enroll-certifications": Page(OWN_PAGES),
    "enroll-certification": about_sale(OWN_PAGES),
    "enroll-step-complete": about_sale(OWN_PAGES, "GET POST", "step"),
    "enroll-fast-start-programs": Page(OWN_PAGES),
    "account-profile": Page(OWN_PAGES),
    "account-settings": Page(OWN_PAGES, "GET POST"),
    "notifications": Page(OWN_PAGES),
    "notifications-bell": Page(OWN_PAGES),
    "notifications-newest": Page(OWN_PAGES),
    "notifications-read-all": Page(OWN_PAGES, "GET POST"),
    "notifications-off": Page(PUBLIC, "GET POST", "off link"),
    "notification-open": Page(OWN_PAGES, "GET POST", "notification", ("lena",)),
    "notification-read": Page(OWN_PAGES, "GET POST", "notification", ("lena",)),
    # Team Management
    "team": Page(TEAM, ""),
    "team-assignments": Page(TEAM, ""),
    "team-certifications": Page(TEAM),
    "team-certification": about_sale(TEAM),
    "team-certification-assigned": about_sale(TEAM),
    "team-certification-eligible": about_sale(TEAM),
    "team-certification-not-eligible": about_sale(TEAM),
    "team-assign": about_sale(TEAM, "GET POST"),
    "team-unassign": about_sale(TEAM, "GET POST"),
    "team-change-due-date": about_sale(TEAM, "GET POST"),
    "team-upcoming": Page(TEAM),
    "team-manager-messages": Page(TEAM),
    "team-reminders": Page(TEAM, "GET POST"),
    "team-send-again": about_sale(TEAM, "GET POST"),
    "team-remind-now": about_sale(TEAM, "GET POST"),
    "team-messages": about_sale(TEAM, about="ledger"),
    "team-preview": about_sale(TEAM, about="ledger"),
    "team-preview-html": about_sale(TEAM, about="email"),
    "team-assign-preview": about_sale(TEAM, "GET POST"),
    "team-reminders-preview": Page(TEAM, "GET POST"),
    "team-operations": Page(TEAM),
    "team-operation-take-back": about_sale(TEAM, "GET POST", about="operation"),
    "team-operation-csv": about_sale(TEAM, about="operation"),
    "team-operation": about_sale(TEAM, about="operation"),
    "team-operation-delivery": about_sale(TEAM, about="operation"),
    "team-upload-new": about_sale(TEAM, "GET POST", about="file"),
    "team-upload-template": about_sale(TEAM, about="template"),
    "team-upload": about_sale(TEAM, about="upload"),
    "team-upload-press": about_sale(TEAM, "GET POST", about="upload"),
    "team-upload-left": about_sale(TEAM, about="upload file"),
    # Reports
    "reports": Page(REPORTS, ""),
    "report-certification-progress": Page(REPORTS),
    "report-certification-progress-csv": Page(REPORTS),
    # The login library's
    "account_login": Page(PUBLIC, ""),
    "account_logout": Page(PUBLIC, ""),
    "account_inactive": Page(PUBLIC),
    "account_signup": Page(PUBLIC, ""),
    "account_reset_password": Page(PUBLIC, ""),
    "account_reset_password_done": Page(PUBLIC),
    "account_reset_password_from_key": Page(PUBLIC, "", "reset link"),
    "account_reset_password_from_key_done": Page(PUBLIC),
    "account_confirm_login_code": Page(PUBLIC, ""),
    "account_email_verification_sent": Page(PUBLIC),
    "account_confirm_email": Page(PUBLIC, "", "confirmation link"),
    "account_reauthenticate": Page(LOGGED_IN, ""),
    "account_email": Page(LOGGED_IN, ""),
    "account_change_password": Page(LOGGED_IN, ""),
    "account_set_password": Page(LOGGED_IN, ""),
    # The back office, apart from its pages for each model: `office_pages`
    "admin:index": Page(OPERATORS, ""),
    "admin:app_list": Page(OPERATORS, "", "app"),
    "admin:login": Page(OFFICE_DOOR, ""),
    "admin:logout": Page(LOGGED_IN | {"anonymous": OFFICE_LOGIN}, ""),
    "admin:password_change": Page(OPERATORS, ""),
    "admin:password_change_done": Page(OPERATORS, ""),
    "admin:autocomplete": Page(OPERATORS, ""),
    "admin:jsi18n": Page(OPERATORS, ""),
    "admin:view_on_site": Page(OPERATORS, "", "anything"),
    "admin/(?P<url>.*)$": Page(OPERATORS, ""),
    # The demo's mailbox
    "mailbox:letter_list": Page(OUTSIDE_THE_DEMO),
    "mailbox:letter_detail": Page(OUTSIDE_THE_DEMO, about="letter"),
    "mailbox:letter_html": Page(OUTSIDE_THE_DEMO, about="letter"),
}
# A model in the back office is declared by this list: company, person, and what leads to a certification.
OFFICE_MODELS = (
    "accounts/company",
    "accounts/user",
    "certifications/certification",
    "certifications/faststartenrollment",
    "certifications/faststartprogram",
    "certifications/trainingsession",
    "notifications/channel",
    "notifications/heartbeat",
    "notifications/notification",
    "notifications/switchedoff",
)


def office_pages() -> dict[str, Page]:
    pages: dict[str, Page] = {}
    for model in OFFICE_MODELS:
        name = f"admin:{model.replace('/', '_')}"
        pages |= {f"{name}_{role}": Page(OPERATORS, "") for role in ("changelist", "add")}
        pages |= {f"{name}_{role}": Page(OPERATORS, "", "row") for role in ("history", "delete", "change")}
        pages[f"admin/{model}/<path:object_id>/"] = Page(OPERATORS, "", "row")
    return pages


ALL = PAGES | office_pages()


def found() -> Iterator[tuple[str, str]]:
    """Each address of the URLconf: its name, or its route where it has none, and its route."""
    yield from _below(get_resolver().url_patterns, "", "")


def _below(patterns: Iterable[URLPattern | URLResolver], space: str, before: str) -> Iterator[tuple[str, str]]:
    for each in patterns:
        route = before + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from _below(each.url_patterns, f"{space}{each.namespace}:" if each.namespace else space, route)
        else:
            yield (f"{space}{each.name}" if each.name else route), route


@dataclass(frozen=True)
class World:
    """Who asks, and what there is to ask for. `known` and `unknown` hold an address's arguments by object."""

    people: dict[str, User | None]
    known: dict[str, dict[str, Any]]
    unknown: dict[str, dict[str, Any]]

    def browser(self, actor: str, **options: Any) -> Client:
        client = Client(raise_request_exception=False, **options)
        if person := self.people[actor]:
            client.force_login(person)
        return client

    def path(self, name: str, *, known: bool = True) -> str:
        if name not in PAGES and name.startswith("admin/"):
            return f"/{name.replace('<path:object_id>', '0')}"
        if name == "admin/(?P<url>.*)$":
            return "/admin/nowhere"
        about = ALL[name].about
        return reverse(name, kwargs=(self.known if known else self.unknown)[about] if about else None)


@pytest.fixture
def world(
    ada: User, lena: User, max: User, sam: User, cora: User, operator: User, sale: Certification, meridian: Company
) -> World:
    for person in (lena, max, sam):
        enroll(person, sale.program)
    operation = assigning.assign(
        by=ada, certification=sale, learner_ids=[lena.pk], name="Spring", due_on=None, op_id=uuid.uuid4(), at=AT
    )
    # Nobody delivers here, and /readyz would say so.
    post_office.record_as_sent(told_until=AT, is_read=False)
    sam.can_manage_users = sam.can_manage_reports = True
    sam.save()
    alone = {name: PersonFactory(company=meridian, **{f"can_{name}": True}) for name in MERIDIAN[2:]}
    people_csv = {
        "kind": Upload.Kind.ASSIGN,
        "file_name": "people.csv",
        "content": b"Email\n" + max.email.encode(),
        "op_id": uuid.uuid4(),
    }
    upload = assigning.receive_upload(by=ada, certification=sale, at=AT, **people_csv)
    known = {
        "sale": {"slug": sale.slug},
        "step": {"slug": sale.slug, "pk": sale.steps.get(position=1).pk},
        "operation": {"op_id": operation.op_id},
        "file": {"slug": sale.slug, "name": "assign"},
        "template": {"slug": sale.slug, "name": "assign", "ending": "csv"},
        "upload": {"key": upload.key},
        "upload file": {"key": upload.key, "ending": "csv"},
        "ledger": {"slug": sale.slug, "pk": lena.pk},
        "email": {"slug": sale.slug, "pk": max.pk, "which": "assigned"},
        "off link": {"token": off_link_to(lena)},
        "notification": {"pk": Notification.objects.get(recipient=lena).pk},
    }
    unknown = {
        "sale": {"slug": "no-such-certification"},
        "step": {"slug": "no-such-certification", "pk": 1},
        "operation": {"op_id": uuid.uuid4()},
        "file": {"slug": "no-such-certification", "name": "assign"},
        "template": {"slug": "no-such-certification", "name": "assign", "ending": "csv"},
        "upload": {"key": uuid.uuid4()},
        "upload file": {"key": uuid.uuid4(), "ending": "csv"},
        "ledger": {"slug": sale.slug, "pk": 10**9},
        "email": {"slug": sale.slug, "pk": 10**9, "which": "assigned"},
        "off link": {"token": "no-such-token"},
        "notification": {"pk": 10**9},
    }
    nothing = {
        "reset link": {"uidb36": "a", "key": "b-c"},
        "confirmation link": {"key": "no-such-key"},
        "row": {"object_id": "0"},
        "app": {"app_label": "accounts"},
        "anything": {"content_type_id": "1", "object_id": "0"},
        "letter": {"name": "no-such-letter"},
    }
    people = {"anonymous": None, "lena": lena, "max": max, "stranger": sam, "cora": cora, "operator": operator}
    return World(people | alone, known | nothing, unknown | nothing)


def off_link_to(person: User) -> str:
    """The token in the link that switches off the person's reminders."""
    return link_of(Notification(recipient=person, kind="reminder")).rstrip("/").rpartition("/")[2]


def heard(response: HttpResponse, *, is_office: bool) -> str:
    """The answer in the table's words."""
    leads_to = response.get("Location", "")
    if leads_to.startswith("/accounts/login/?next="):
        return OFFICE_LOGIN if is_office else LOGIN
    if leads_to.startswith("/admin/login/?next="):
        return OFFICE_LOGIN
    if response.status_code in (200, 302, 422):
        return OPEN
    return str(response.status_code)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("actor", ACTORS)
def test_everyone_is_answered_as_the_access_table_says(world: World, actor: str, method: str) -> None:
    wrong = {}
    for name, page in ALL.items():
        response = world.browser(actor).generic(method, world.path(name))
        answer = heard(response, is_office=page.answers is OPERATORS)
        expected = page.answer_to(actor, method=method)
        if answer != expected and not is_for_the_library(page, expected, response):
            wrong[name] = f"expected {expected}, was {answer}"
    assert wrong == {}


def is_for_the_library(page: Page, expected: str, response: HttpResponse) -> bool:
    """Whether the page is open and somebody else's: the login library and the admin refuse in their own ways."""
    return expected == OPEN and not page.methods and response.status_code in (403, 404, 405)


def test_every_address_is_declared_and_every_declaration_has_an_address() -> None:
    assert {name for name, _ in found()} == set(ALL)


def test_every_model_of_the_back_office_is_declared() -> None:
    models = {f"{model._meta.app_label}/{model._meta.model_name}" for model in admin.site._registry}
    assert models == set(OFFICE_MODELS)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("actor", ["lena", "max", "stranger"])
def test_what_is_anothers_looks_exactly_like_what_does_not_exist(world: World, actor: str, method: str) -> None:
    compared = []
    for name, page in PAGES.items():
        if page.about and page.answer_to(actor, method=method) == NOT_FOUND and page.answers is not OUTSIDE_THE_DEMO:
            browser = world.browser(actor)
            foreign, unknown = (browser.generic(method, world.path(name, known=known)) for known in (True, False))
            assert (name, foreign.status_code, unknown.status_code) == (name, 404, 404)
            assert masked(foreign) == masked(unknown), name
            assert foreign.headers.keys() == unknown.headers.keys()
            compared.append(name)
    assert compared or actor == "lena" or method == "GET"


def masked(response: HttpResponse) -> str:
    """The page without what differs between any two requests."""
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"|"X-CSRFToken": "\w+"', "", response.content.decode())


def test_a_stranger_is_compared_on_every_page_about_an_object(world: World) -> None:
    """So that the comparison above does not become one of nothing."""
    about = {name for name, page in PAGES.items() if page.about in world.known and page.seen_by != ACTORS}
    closed = {name for name in about for method in ("GET", "POST") if
              PAGES[name].answer_to("stranger", method=method) == NOT_FOUND}  # fmt: skip
    assert closed == about


@pytest.mark.parametrize("actor", ["lena", "manage_assignments", "manage_reports"])
def test_nothing_that_is_only_read_writes(world: World, actor: str) -> None:
    browser, wrote = world.browser(actor), {}
    for name, page in PAGES.items():
        if page.answer_to(actor, method="GET") != OPEN:
            continue
        with CaptureQueriesContext(connection) as captured:
            browser.get(world.path(name))
        statements = [query["sql"] for query in captured if re.match(r"(INSERT|UPDATE|DELETE)", query["sql"])]
        if ours := [sql for sql in statements if "django_session" not in sql]:
            wrote[name] = ours
    assert wrote == {}


def test_every_post_of_ours_asks_for_the_forms_token(world: World) -> None:
    actors: dict[str, Callable[[], Client]] = {
        actor: lambda actor=actor: world.browser(actor, enforce_csrf_checks=True)
        for actor in ("lena", "manage_assignments")
    }
    # A mail program has no form: the link that it posts to is the permission.
    posts = [name for name, page in PAGES.items() if "POST" in page.methods and name != "notifications-off"]
    assert len(posts) == 16
    for name in posts:
        actor = "manage_assignments" if PAGES[name].answers is TEAM else "lena"
        refused = actors[actor]().post(world.path(name))
        assert (name, refused.status_code) == (name, 403)
        assert "csrf" in refused.content.decode().lower() or "form" in refused.content.decode().lower()


@pytest.mark.parametrize("actor", ["lena", "manage_assignments", "manage_reports", "operator"])
def test_nothing_that_somebody_is_shown_stays_in_the_browser(world: World, actor: str) -> None:
    browser, kept = world.browser(actor), {}
    for name in ALL:
        response = browser.get(world.path(name))
        if "no-store" not in response.get("Cache-Control", ""):
            kept[name] = response.status_code
    assert kept == {}


def test_what_is_everybodys_stays_in_the_browser(world: World) -> None:
    for actor in ("anonymous", "lena"):
        assert "no-store" not in world.browser(actor).get("/static/css/base.css")["Cache-Control"]
    assert "Cache-Control" not in world.browser("anonymous").get("/accounts/password/reset/done/")


FRAGMENTS = {
    "notifications-bell",
    "notifications-newest",
    "team-operation-delivery",
    "team-operation-csv",
    "team-upload-template",
    "team-upload-left",
    "report-certification-progress-csv",
    "livez",
    "readyz",
}


@pytest.mark.parametrize("actor", ["anonymous", "lena", "manage_assignments", "manage_reports"])
def test_every_page_has_one_heading_of_the_first_rank(world: World, actor: str) -> None:
    browser, counted = world.browser(actor), {}
    for name, page in PAGES.items():
        if page.answer_to(actor, method="GET") != OPEN or name in FRAGMENTS or name.startswith("admin"):
            continue
        response = browser.get(world.path(name))
        if response.status_code == 200:
            counted[name] = len(re.findall(r"<h1[ >]", response.content.decode()))
    assert counted
    assert set(counted.values()) == {1}, counted


@pytest.mark.parametrize("actor", ["anonymous", "lena", "operator"])
def test_the_mailbox_is_for_everyone_in_the_demo(world: World, actor: str, settings: Any) -> None:
    settings.DEMO = True
    assert world.browser(actor).get(reverse("mailbox:letter_list")).status_code == 200
    assert world.browser(actor).get(world.path("mailbox:letter_detail")).status_code == 404


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE"])
def test_no_other_method_opens_what_is_closed(world: World, method: str) -> None:
    for actor in ("anonymous", "max", "stranger", "cora", "operator"):
        for name, page in PAGES.items():
            if page.answers is TEAM and page.answer_to(actor, method="GET") != OPEN:
                answer = heard(world.browser(actor).generic(method, world.path(name)), is_office=False)
                assert answer in (LOGIN, FORBIDDEN, NOT_FOUND, "405"), (name, actor, answer)
