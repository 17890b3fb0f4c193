"""What the demo is filled with: the README, the screenshots and the walk in the browser speak of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.db import transaction
from django.db.models import F, Q
from pytest_django import DjangoDbBlocker

from accounts.models import Company, User
from ascender.demo.content import ForeignDatabase, fill
from ascender.demo.welcome import LOGINS, PASSWORD
from assignments.models import Assignment, Learner, Operation, ReminderRule
from assignments.querysets import REASONS
from assignments.reminders import Plan
from certifications.models import Certification, CertificationEnrollment, FastStartProgram
from notifications import kinds
from notifications.models import Notification
from tests import factories

# A Monday afternoon in New York, Tuesday in Auckland.
NOW = datetime(2027, 3, 8, 19, 30, tzinfo=UTC)
TODAY = NOW.date()


class UndoError(Exception):
    """Takes everything back at the end of the module."""


@pytest.fixture(scope="module")
def filled(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The demo, filled once for the module: each test sees it inside its own transaction."""
    with django_db_blocker.unblock():
        try:
            with transaction.atomic():
                fill(now=NOW)
                yield
                raise UndoError
        except UndoError:
            pass


@pytest.fixture
def demo(filled: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        yield


def login(email: str) -> User:
    return User.objects.select_related("company").get(email=email)


def certification(title: str) -> Certification:
    return Certification.objects.get(title=title)


@pytest.mark.parametrize("email", LOGINS)
def test_every_login_exists_and_is_active_with_the_demos_password(demo: None, email: str) -> None:
    person = login(email)

    assert person.status == User.Status.ACTIVE
    assert person.check_password(PASSWORD)
    assert person.emailaddress_set.filter(email=email, primary=True, verified=True).exists()


@pytest.mark.parametrize(
    ("name", "plan", "time_zone", "fewest", "most"),
    [
        ("Meridian Systems", "plus", "America/New_York", 380, 420),
        ("Harbor Labs", "plus", "Pacific/Auckland", 5, 25),
        ("Solo Studio", "connect", "Europe/Berlin", 2, 5),
    ],
)
def test_the_companies_have_their_plan_zone_and_size(
    demo: None, name: str, plan: str, time_zone: str, fewest: int, most: int
) -> None:
    company = Company.objects.get(name=name)

    assert (company.plan, company.time_zone, company.is_demo) == (plan, time_zone, True)
    assert fewest <= company.people.count() <= min(most, company.seats)


def test_the_hierarchy_of_meridian_has_four_levels(demo: None) -> None:
    levels, people = 0, list(User.objects.filter(company__name="Meridian Systems", reports_to=None))
    while people:  # level by level: one query for all takes PostgreSQL minutes, as it knows nothing of these rows yet
        levels, people = levels + 1, list(User.objects.filter(reports_to__in=people))

    assert levels == 4


def test_max_manages_a_team_of_teams_and_lena_is_below_him_with_nobody_below_her(demo: None) -> None:
    max, lena = login("max@meridian.example"), login("lena@meridian.example")

    teams = max.direct_reports.filter(direct_reports__isnull=False).distinct()
    assert teams.count() >= 3
    assert lena in User.objects.below(max)
    assert not max.direct_reports.contains(lena)
    assert not User.objects.below(lena).exists()


@pytest.mark.parametrize(
    ("email", "permissions"),
    [
        ("ada@meridian.example", (True, True, True)),
        ("max@meridian.example", (False, False, False)),
        ("lena@meridian.example", (False, False, False)),
        ("sam@harbor.example", (False, True, False)),
        ("cora@solo.example", (True, True, True)),
    ],
)
def test_the_logins_have_their_permissions(demo: None, email: str, permissions: tuple[bool, ...]) -> None:
    person = login(email)

    assert (person.can_manage_users, person.can_manage_assignments, person.can_manage_reports) == permissions


@pytest.mark.parametrize("name", ["Ada", "Max", "Lena", "Sam", "Cora"])
def test_searching_for_a_logins_first_name_finds_one_person(demo: None, name: str) -> None:
    assert [person.first_name for person in User.objects.matching(name)] == [name]


def test_names_have_the_letters_they_have_and_addresses_do_not(demo: None) -> None:
    names = {person.full_name for person in User.objects.all()}

    assert len(names) == User.objects.count()
    assert sum(not name.isascii() for name in names) > 50
    assert all(email.isascii() for email in User.objects.values_list("email", flat=True))


def test_each_certification_has_five_to_eight_steps_and_a_program_of_its_own(demo: None) -> None:
    titles = ["Command of the Message", "Command of the Sale", "Value Negotiation"]

    assert list(Certification.objects.values_list("title", flat=True)) == titles
    assert FastStartProgram.objects.filter(certifications__isnull=False).distinct().count() == 3
    for found in Certification.objects.all():
        assert 5 <= found.steps.count() <= 8
        assert all(step.description for step in found.steps.all())


def test_all_are_in_scope_for_meridian_the_first_for_harbor_and_none_for_solo(demo: None) -> None:
    scopes = {
        email: list(Certification.objects.visible_to(login(email)).values_list("title", flat=True))
        for email in ("ada@meridian.example", "sam@harbor.example", "cora@solo.example")
    }

    assert scopes == {
        "ada@meridian.example": ["Command of the Message", "Command of the Sale", "Value Negotiation"],
        "sam@harbor.example": ["Command of the Message"],
        "cora@solo.example": [],
    }


def test_lena_is_eligible_for_the_message_has_no_assignment_and_nothing_in_her_bell(demo: None) -> None:
    lena = login("lena@meridian.example")

    assert Learner.objects.eligible_for(certification("Command of the Message")).filter(pk=lena.pk).exists()
    assert not Assignment.objects.of(lena).exists()
    assert not CertificationEnrollment.objects.filter(user=lena).exists()
    assert not Notification.objects.filter(recipient=lena).exists()


@pytest.mark.parametrize(
    "state",
    [
        pytest.param(Q(due_on=None), id="no due day"),
        pytest.param(Q(due_on__gt=TODAY + timedelta(days=5)), id="due later"),
        pytest.param(Q(due_on__range=(TODAY, TODAY + timedelta(days=5))), id="due soon"),
        pytest.param(Q(due_on__lt=TODAY, status=None), id="overdue and not started"),
        pytest.param(Q(due_on__lt=TODAY, status="in_progress"), id="overdue and in progress"),
        pytest.param(Q(due_on__lt=TODAY, status="completed"), id="past and completed"),
        pytest.param(Q(status=None), id="not started"),
        pytest.param(Q(status="in_progress"), id="in progress"),
        pytest.param(Q(status="completed"), id="completed"),
    ],
)
def test_meridian_has_several_people_assigned_in_each_state(demo: None, state: Q) -> None:
    at_meridian = Assignment.objects.open().filter(company__name="Meridian Systems").with_progress()

    assert at_meridian.filter(state).count() >= 3


@pytest.mark.parametrize("reason", REASONS)
def test_meridian_has_people_not_eligible_for_each_reason(demo: None, reason: str) -> None:
    others = Learner.objects.visible_to(login("ada@meridian.example")).not_eligible_for(
        certification("Command of the Message")
    )

    assert others.filter(**{reason: True}).count() >= 3


def test_some_were_unassigned_and_kept_their_progress_and_are_eligible_again(demo: None) -> None:
    message = certification("Command of the Message")
    unassigned = Assignment.objects.filter(closed_reason=Assignment.ClosedReason.UNASSIGNED)
    kept = CertificationEnrollment.objects.filter(certification=message, user__in=unassigned.values("learner"))

    assert kept.count() >= 3
    assert Learner.objects.eligible_for(message).filter(pk__in=kept.values("user")).exists()


def test_some_are_inactive_and_what_they_had_open_is_closed_for_that_reason(demo: None) -> None:
    inactive = User.objects.filter(status=User.Status.INACTIVE)

    assert inactive.count() >= 3
    assert not Assignment.objects.open().filter(learner__in=inactive.values("pk")).exists()
    assert Assignment.objects.filter(closed_reason=Assignment.ClosedReason.DEACTIVATED).exists()
    assert not User.objects.filter(reports_to__in=inactive).exists()


def test_the_history_has_presses_of_every_kind_by_ada_and_by_another_admin(demo: None) -> None:
    pressed = Operation.objects.visible_to(login("ada@meridian.example")).about_a_selection()

    assert set(pressed.values_list("kind", flat=True)) == {
        "assign",
        "unassign",
        "change_due_date",
        "remind_now",
        "send_again",
    }
    assert set(pressed.values_list("made_by__first_name", flat=True)) == {"Ada", "Priya"}
    assert any(operation.skipped for operation in pressed)


def test_nothing_is_said_to_have_happened_in_the_future(demo: None) -> None:
    assert not Operation.objects.filter(made_at__gt=NOW).exists()
    assert not CertificationEnrollment.objects.filter(Q(started_at__gt=NOW) | Q(completed_at__gt=NOW)).exists()
    assert not Assignment.objects.filter(closed_at__lt=F("assigned_at")).exists()


def test_only_a_handful_of_mails_is_still_to_be_sent_and_the_logins_have_them(demo: None) -> None:
    waiting = Notification.objects.unsettled()

    assert 3 <= waiting.count() <= 8
    readers = set(waiting.filter(read_at=None).values_list("recipient__first_name", flat=True))
    assert {"Ada", "Max", "Sam"} <= readers
    assert mail.outbox == []


def test_the_past_has_its_reminders_sent_and_read_but_for_the_last_days(demo: None) -> None:
    reminders = Notification.objects.filter(kind="reminder", state=Notification.State.SENT)

    assert reminders.filter(read_at__isnull=False).exists()
    assert not reminders.filter(read_at=None, created_at__lt=NOW - timedelta(days=6)).exists()
    assert not reminders.exclude(sent_at=F("tried_since")).exists()


@pytest.mark.parametrize("kind", ["assigned", "reminder", "overdue", "remind_now", "team_overdue"])
def test_what_went_out_in_the_past_can_be_read_as_it_was_written_then(demo: None, kind: str) -> None:
    sent = Notification.objects.filter(kind=kind, state=Notification.State.SENT).select_related("recipient")

    assert sent.count() >= 10
    assert not sent.filter(Q(text="") | Q(subject="") | Q(sent_to="")).exists()
    assert all(f"Hello {message.recipient.first_name}," in message.text for message in sent)


def test_each_email_has_a_short_subject_with_the_certification_and_says_who_why_and_until_when(demo: None) -> None:
    sent = Notification.objects.filter(state=Notification.State.SENT).select_related("recipient")
    optional = {kind.name for kind in kinds.optional()}
    titles = tuple(Certification.objects.values_list("title", flat=True))

    for message in sent:
        assert len(message.subject) < 70
        assert "…" not in message.subject
        assert message.subject.startswith((*titles, "Certifications overdue by "))
        assert "You get this " in message.text
        assert message.recipient.first_name in message.text
        assert message.text.count("http") == (2 if message.kind in optional else 1)
    told = sent.exclude(kind="team_overdue")
    assert all("\nAssigned by: " in message.text for message in told)
    weekday = r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun) \d{1,2} \w+ \d{4}"
    assert all(
        re.search(rf"(Due Date: |, due ){weekday}", message.text)
        for message in sent.filter(kind__in=["reminder", "overdue", "team_overdue"])
    )


def test_a_reminder_of_the_past_speaks_of_its_own_day_and_of_the_progress_of_then(demo: None) -> None:
    completed = Assignment.objects.open().with_progress().filter(status="completed", due_on__lt=TODAY)
    reminders = Notification.objects.filter(kind="reminder", recipient__in=completed.values("learner"))

    assert reminders.filter(text__contains="is due in 5 days").count() >= 3
    assert not reminders.filter(text__contains="Steps left: 0").exists()


def test_at_meridian_some_emails_failed_each_for_a_reason_that_a_mail_server_gives(demo: None) -> None:
    failed = Notification.objects.failed().filter(recipient__company__name="Meridian Systems")

    assert 3 <= failed.count() <= 8
    assert all(message.failure.startswith("The mail server refused the address: 55") for message in failed)
    mistyped = [message.recipient for message in failed if "550 5.1.1" in message.failure]
    assert {person.email.partition("@")[0] for person in mistyped}.isdisjoint(
        f"{person.first_name}.{person.last_name}".lower() for person in mistyped
    )


def test_one_manager_did_not_get_the_last_message(demo: None) -> None:
    [failed] = Notification.objects.failed().filter(kind="team_overdue")

    assert "Mailbox full" in failed.failure
    assert not Notification.objects.filter(recipient=failed.recipient, created_at__gt=failed.created_at).exists()


def test_at_meridian_some_have_switched_reminders_off_after_they_had_got_some(demo: None) -> None:
    declined = Notification.objects.filter(state=Notification.State.DECLINED)
    reminded = Notification.objects.filter(kind="reminder", state=Notification.State.SENT)

    assert 2 <= declined.count() <= 8
    assert all(message.kind == "overdue" and not message.text for message in declined)
    assert reminded.filter(recipient__in=declined.values("recipient")).exists()


def test_one_email_waits_for_its_next_try(demo: None) -> None:
    [waiting] = Notification.objects.unsettled().exclude(attempts=0)

    assert waiting.failure == "The mail server asks to come back later: 452 4.2.2 Mailbox full."
    assert NOW < waiting.next_attempt_at < NOW + timedelta(hours=1)


def test_what_was_taken_back_in_time_was_not_sent_and_is_not_in_the_bell(demo: None) -> None:
    cancelled = Notification.objects.filter(state=Notification.State.CANCELLED)

    assert cancelled.count() >= 3
    assert not cancelled.filter(~Q(text="") | Q(read_at__isnull=False)).exists()
    assert Assignment.objects.filter(closed_at__isnull=False, learner__in=cancelled.values("recipient")).exists()


def test_somebody_was_left_out_of_each_press_that_writes_to_people(demo: None) -> None:
    reminded, again = (
        Operation.objects.filter(kind=kind, requested__gt=F("changed")) for kind in ("remind_now", "send_again")
    )

    assert any("completed" in person["reason"] for press in reminded for person in press.skipped)
    assert any("was sent on" in person["reason"] for press in again for person in press.skipped)
    assert all(press.changed for press in [*reminded, *again])


def test_what_was_sent_again_arrived_at_the_mended_address(demo: None) -> None:
    presses = Operation.objects.filter(kind="send_again")
    arrived = Notification.objects.filter(
        tried_since__in=presses.values("made_at"), tried_since__gt=F("created_at"), state=Notification.State.SENT
    )

    assert arrived.count() == 2
    assert all(message.sent_to == message.recipient.email for message in arrived.select_related("recipient"))


def test_meridian_has_chosen_its_reminders_and_harbor_has_the_one(demo: None) -> None:
    meridian, harbor = Company.objects.get(name="Meridian Systems"), Company.objects.get(name="Harbor Labs")

    assert ReminderRule.objects.plan_of(meridian.pk) == Plan(learner=(5, -2), manager=(-2,))
    assert ReminderRule.objects.plan_of(harbor.pk) == Plan()


def test_no_reminder_is_left_over_for_the_first_sweep(demo: None) -> None:
    assert not Assignment.objects.filter(next_reminder_on__lte=TODAY).exists()
    assert Assignment.objects.filter(next_reminder_on__gt=TODAY).exists()


def test_filling_again_changes_nothing(demo: None) -> None:
    before = User.objects.count(), Notification.objects.count()

    assert fill(now=NOW + timedelta(days=3)) is False
    assert (User.objects.count(), Notification.objects.count()) == before


@pytest.mark.django_db
def test_a_database_with_somebody_elses_company_is_left_alone() -> None:
    factories.CompanyFactory(name="Real Customer")

    with pytest.raises(ForeignDatabase, match="did not make"):
        fill(now=NOW)

    assert User.objects.count() == 0
    assert Company.objects.count() == 1


@pytest.mark.django_db
def test_a_database_with_an_operator_of_its_own_is_left_alone() -> None:
    factories.OperatorFactory()

    with pytest.raises(ForeignDatabase):
        fill(now=NOW)

    assert not Company.objects.exists()
