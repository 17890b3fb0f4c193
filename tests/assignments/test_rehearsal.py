"""Before a press its dialog says for whom, for whom not and why; what is done is that, or the difference is named."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import User
from assignments import services
from assignments.models import Assignment, Operation
from certifications import services as training
from certifications.models import Certification
from notifications.models import Notification
from tests.factories import PersonFactory, complete, eligible_person

from .pages import ASSIGN, ASSIGNED, HTMX, MOVE, UNASSIGN, dialog_of, press, read, result_of
from .presses import DUE_ON, NOW, assign, assigned, moved, unassign

pytestmark = pytest.mark.django_db


def look(browser: Client, path: str, selected: Any, **filled_in: Any) -> str:
    """The dialog while it is being filled in."""
    response = press(browser, path, selected, look="1", **filled_in)
    assert response.status_code == 200
    return dialog_of(response)


def foreseen_in(response: Any) -> str:
    return re.findall(r'name="foreseen" value="([^"]*)"', response.text)[0]


def due(*assignments: Assignment) -> list[Any]:
    return [Assignment.objects.get(pk=assignment.pk).due_on for assignment in assignments]


def test_the_dialog_names_for_each_reason_who_stays_as_they_are(
    browser: Client, ada: User, team: SimpleNamespace, message: Certification
) -> None:
    waiting = PersonFactory(company=ada.company, first_name="Wes", last_name="Ng", status=User.Status.WAITING)
    assign(ada, message, team.bo, team.cy)
    people = [waiting, team.bo, team.cy, team.di]
    said = dialog_of(browser.post(ASSIGN, {"learner": [person.pk for person in people] + [999999]}))
    assert "4 of the 5 selected stay as they are" in said
    assert "Already assigned by Ada Ekström on Mon 1 March 2027, 10:00. Bo Young, Cy Xu" in said
    assert "Invitation not accepted yet; Has not attended the training. Wes Ng" in said
    assert "1 selected person is unknown in Meridian Systems." in said


def test_the_reason_of_the_most_comes_first(browser: Client, ada: User, message: Certification) -> None:
    few = [PersonFactory(company=ada.company, first_name="Aa", status=User.Status.WAITING)]
    many = [eligible_person(message, ada.company, first_name="Zz", email=f"{n}@zz.example") for n in range(2)]
    assign(ada, message, *many)
    said = dialog_of(browser.post(ASSIGN, {"learner": [person.pk for person in few + many]}))
    assert said.index("Already assigned") < said.index("Invitation not accepted yet")


def test_the_dialog_of_change_due_date_knows_at_once_what_was_changed_since_the_list(
    browser: Client, ada: User, team: SimpleNamespace, message: Certification
) -> None:
    seen, other = assigned(ada, message, team.bo), assigned(ada, message, team.cy)
    boxes = f"{seen.selection_value},{other.selection_value}"
    moved(ada, seen, DUE_ON)
    said = dialog_of(browser.post(MOVE, {"learner": boxes}))
    assert "1 of the 2 selected stays as it is" in said
    assert "Changed meanwhile by Ada Ekström" in said


def test_a_long_reason_names_ten_and_counts_the_others(browser: Client, ada: User, message: Certification) -> None:
    crowd = [eligible_person(message, ada.company) for _ in range(12)]
    assign(ada, message, *crowd)
    said = dialog_of(browser.post(ASSIGN, {"learner": [person.pk for person in crowd]}))
    assert "and 2 others" in said


def test_the_dialog_shows_the_email_as_the_first_of_them_gets_it(
    browser: Client, lena: User, message: Certification
) -> None:
    said = dialog_of(browser.post(ASSIGN, {"learner": lena.pk}))
    assert "The email as Lena Brandt gets it: Command of the Message" in said
    filled_in = look(browser, ASSIGN, lena.pk, name="Spring round", due_on="2027-03-09")
    assert "Spring round" in filled_in.partition("The email as")[2]
    assert "Tue 9 March 2027" in filled_in.partition("The email as")[2]


def test_whoever_leaves_while_the_dialog_is_made_is_no_fault(
    browser: Client, lena: User, message: Certification
) -> None:
    """Before each of its statements in turn, until there is none left to leave before."""
    for leaves_at in itertools.count():
        statements = itertools.count()

        def leave(execute: Any, *arguments: Any, at: int = leaves_at, count: Iterator[int] = statements) -> Any:
            if next(count) == at:
                User.objects.filter(pk=lena.pk).update(status=User.Status.INACTIVE)
            return execute(*arguments)

        User.objects.filter(pk=lena.pk).update(status=User.Status.ACTIVE)
        with connection.execute_wrapper(leave):
            assert browser.post(ASSIGN, {"learner": lena.pk}).status_code == 200
        if next(statements) <= leaves_at:
            break
    assert leaves_at > 10


def test_looking_changes_nothing_and_the_press_afterwards_still_counts(
    browser: Client, lena: User, message: Certification
) -> None:
    look(browser, ASSIGN, lena.pk)
    look(browser, ASSIGN, lena.pk, due_on="2020-01-01")
    assert not Operation.objects.exists()
    press(browser, ASSIGN, lena.pk)
    assert Assignment.objects.open().count() == 1


def test_whom_the_dialog_left_out_is_left_out_although_they_can_be_assigned_by_now(
    browser: Client, ada: User, team: SimpleNamespace, message: Certification
) -> None:
    made = assigned(ada, message, team.bo)
    selected = f"{team.bo.pk},{team.cy.pk}"
    dialog = browser.post(ASSIGN, {"learner": selected}, headers=HTMX)
    assert foreseen_in(dialog) == str(team.bo.pk)
    unassign(ada, message, made)
    said = result_of(browser, press(browser, ASSIGN, selected, foreseen=foreseen_in(dialog)))
    assert [assignment.learner_id for assignment in Assignment.objects.open()] == [team.cy.pk]
    assert "Bo Young Can be assigned by now, but not when you looked. Select them once more." in said


def test_what_changed_after_the_look_comes_first_and_is_told_apart(
    browser: Client, ada: User, team: SimpleNamespace, message: Certification
) -> None:
    assign(ada, message, team.bo)
    selected = f"{team.bo.pk},{team.cy.pk},{team.di.pk}"
    dialog = browser.post(ASSIGN, {"learner": selected}, headers=HTMX)
    training.withdraw(person=team.di, program=message.program, by=None, at=NOW)
    said = result_of(browser, press(browser, ASSIGN, selected, foreseen=foreseen_in(dialog)))
    assert "Di Zola Since you looked: No longer enrolled in" in said
    assert said.index("Di Zola") < said.index("Bo Young")
    assert said.count("Since you looked") == 1


def test_what_follows_from_the_choice_itself_is_not_called_news(
    browser: Client, ada: User, lena: User, team: SimpleNamespace, message: Certification
) -> None:
    """Without scripts the dialog is not asked again when something is chosen in it."""
    complete(team.bo, message)
    assign(ada, message, lena, team.bo)
    selected = ",".join(each.selection_value for each in Assignment.objects.all())
    seen = foreseen_in(browser.post(MOVE, {"learner": selected}))
    response = press(browser, MOVE, selected, due_on="2027-04-01", spare_completed="on", foreseen=seen)
    said = result_of(browser, response)
    assert "Bo Young Has completed it already." in said
    assert "Since you looked" not in said


def test_that_somebody_was_given_the_same_day_since_is_news(
    browser: Client, ada: User, lena: User, message: Certification
) -> None:
    made = assigned(ada, message, lena)
    seen = foreseen_in(browser.post(MOVE, {"learner": made.selection_value}))
    moved(ada, made, DUE_ON)
    response = press(browser, MOVE, made.selection_value, due_on=DUE_ON.isoformat(), foreseen=seen)
    assert "Lena Brandt Since you looked: Due on that day already." in result_of(browser, response)


@pytest.mark.parametrize("foreseen", ["x", "1;2", "9" * 30])
def test_an_unreadable_look_is_refused_and_nothing_is_done(
    browser: Client, lena: User, message: Certification, foreseen: str
) -> None:
    response = press(browser, ASSIGN, lena.pk, foreseen=foreseen)
    assert response.status_code == 422
    assert "could not be read" in dialog_of(response)
    assert not Operation.objects.exists()


def test_unassign_says_who_is_closed_already(
    browser: Client, ada: User, team: SimpleNamespace, message: Certification
) -> None:
    made = [assigned(ada, message, each) for each in (team.bo, team.cy)]
    unassign(ada, message, made[0])
    said = dialog_of(browser.post(UNASSIGN, {"learner": ",".join(each.selection_value for each in made)}))
    assert said.startswith("Unassign 1 person from")
    assert "Already unassigned by Ada Ekström on Mon 1 March 2027, 10:00. Bo Young" in said


def test_change_due_date_shows_before_and_after(
    browser: Client, ada: User, team: SimpleNamespace, message: Certification
) -> None:
    made = [assigned(ada, message, team.bo, due_on=DUE_ON), assigned(ada, message, team.cy)]
    selected = ",".join(each.selection_value for each in made)
    said = look(browser, MOVE, selected, how="by", days="5", to_working_day="on")
    assert "Learner Due now Due then Bo Young Tue 9 March 2027 Mon 15 March 2027" in said
    assert "Has no due date that could be moved. Cy Xu" in said
    said = look(browser, MOVE, selected, how="none")
    assert "Bo Young Tue 9 March 2027 No due date" in said
    assert "Without a due date already. Cy Xu" in said


def test_it_says_how_many_are_reminded_at_once(
    browser: Client, ada: User, team: SimpleNamespace, message: Certification
) -> None:
    made = [assigned(ada, message, each, due_on=DUE_ON) for each in (team.bo, team.cy, team.di)]
    complete(team.di, message)
    selected = ",".join(each.selection_value for each in made)
    assert "2 get a reminder at once" in look(browser, MOVE, selected, how="by", days="-4")
    assert "Nobody is told now." in look(browser, MOVE, selected, how="by", days="4")


@pytest.mark.parametrize("how", [{"how": "to", "due_on": f"{DUE_ON}"}, {"how": "by", "days": "-30"}])
def test_whoever_got_the_reminder_of_that_day_before_is_not_among_them(
    clock: time_machine.Coordinates,
    browser: Client,
    ada: User,
    team: SimpleNamespace,
    message: Certification,
    how: dict[str, str],
) -> None:
    """Its email went out to Bo; to Cy it was taken back in time."""
    clock.move_to(datetime(2027, 3, 4, 14, tzinfo=UTC))
    bo = assigned(ada, message, team.bo, due_on=DUE_ON)
    services.sweep()
    cy = assigned(ada, message, team.cy, due_on=DUE_ON)
    services.queue_reminders(at=timezone.now())
    made = [moved(ada, each, DUE_ON + timedelta(days=30)) for each in (bo, cy)]
    selected = ",".join(each.selection_value for each in made)
    assert "1 gets a reminder at once" in look(browser, MOVE, selected, **how)
    press(browser, MOVE, selected, **how)
    services.sweep()
    reminded = Notification.objects.filter(kind="reminder", state=Notification.State.SENT)
    assert sorted(reminded.values_list("recipient__first_name", flat=True)) == ["Bo", "Cy"]


@pytest.mark.parametrize(
    ("filled_in", "after"),
    [
        ({"how": "to", "due_on": "2027-03-20"}, "2027-03-20"),
        ({"how": "by", "days": "-3"}, "2027-03-06"),
        ({"how": "by", "days": "4", "to_working_day": "on"}, "2027-03-15"),
        ({"how": "none", "due_on": "2027-03-20"}, "None"),
        # with what was typed for another way before: nobody sees it any more
        ({"how": "to", "due_on": "2027-03-20", "days": "400"}, "2027-03-20"),
        ({"how": "none", "days": "1.5"}, "None"),
        ({"how": "by", "days": "-3", "due_on": "2027-02-30"}, "2027-03-06"),
        ({"due_on": "2027-03-20", "days": "x"}, "2027-03-20"),
    ],
)
def test_the_press_does_what_was_chosen_and_keeps_the_reason(
    browser: Client, ada: User, lena: User, message: Certification, filled_in: dict[str, str], after: str
) -> None:
    made = assigned(ada, message, lena, due_on=DUE_ON)
    response = press(browser, MOVE, made.selection_value, reason="Quarter end", spare_completed="on", **filled_in)
    assert str(due(made)[0]) == after
    operation = Operation.objects.get(kind="change_due_date")
    assert operation.reason == "Quarter end"
    assert "“Quarter end”" in browser.get(f"/team/assignments/operations/{operation.op_id}/").text
    assert result_of(browser, response).startswith("1 person is now")


@pytest.mark.parametrize(
    ("filled_in", "says"),
    [
        ({"how": "to", "due_on": ""}, "Choose a day, or choose “No due date” above."),
        ({"how": "by", "days": ""}, "Write by how many days, for example 7, or -7 for a week earlier."),
        ({"how": "by", "days": "0"}, "Write by how many days"),
        ({"how": "by", "days": "x"}, "Enter a whole number."),
        ({"how": "by", "days": "366"}, "less than or equal to 365"),
        ({"how": "sideways"}, "not one of the available choices"),
        ({"how": "none", "reason": "x" * 201}, "at most 200 characters"),
    ],
)
def test_what_is_missing_is_said_beside_its_field_and_nothing_is_changed(
    browser: Client, ada: User, lena: User, message: Certification, filled_in: dict[str, str], says: str
) -> None:
    made = assigned(ada, message, lena, due_on=DUE_ON)
    response = press(browser, MOVE, made.selection_value, **filled_in)
    assert response.status_code == 422
    assert says in dialog_of(response)
    assert due(made) == [DUE_ON]


def test_whoever_has_completed_it_is_left_out_unless_the_tick_is_taken_away(
    browser: Client, ada: User, lena: User, message: Certification
) -> None:
    made = assigned(ada, message, lena, due_on=DUE_ON)
    complete(lena, message)
    assert 'name="spare_completed" ' in browser.post(MOVE, {"learner": made.selection_value}).text
    press(browser, MOVE, made.selection_value, how="by", days="7", spare_completed="on")
    assert due(made) == [DUE_ON]
    press(browser, MOVE, made.selection_value, how="by", days="7")
    assert due(made) != [DUE_ON]


def test_my_date_is_set_by_one_press_on_those_whom_another_admin_had_assigned(
    browser: Client, ada: User, team: SimpleNamespace, message: Certification
) -> None:
    zoe = PersonFactory(company=ada.company, first_name="Zoe", last_name="Ames", can_manage_assignments=True)
    others = [assigned(zoe, message, each) for each in (team.bo, team.cy)]
    assigned(zoe, message, team.di, due_on=DUE_ON)
    complete(team.cy, message)
    response = press(browser, ASSIGN, f"{team.bo.pk},{team.cy.pk},{team.di.pk}", due_on="2027-03-09")
    page = browser.get(response["Location"])
    made = Operation.objects.get(kind="assign", made_by=ada)
    for shown in (page, browser.get(f"/team/assignments/operations/{made.op_id}/")):
        assert "Set Tue 9 March 2027 for 1 assigned already" in shown.text
    sent = dict(re.findall(r'type="hidden" name="(\w+)"(?: value="([^"]*)")?', page.text.partition("asc-after")[2]))
    said = result_of(browser, browser.post(MOVE, sent))
    assert said.startswith("1 person is now due on Tue 9 March 2027")
    assert due(*others) == [DUE_ON, None]
    assert "assigned already" not in browser.get(response["Location"]).text


def test_a_row_leads_to_why_its_due_date_is_what_it_is(
    browser: Client, ada: User, lena: User, message: Certification
) -> None:
    made = assigned(ada, message, lena, due_on=DUE_ON)
    assert "why Lena Brandt has this due date" not in browser.get(ASSIGNED).text
    press(browser, MOVE, made.selection_value, how="by", days="7", reason="Parental leave")
    [address] = re.findall(r'href="([^"]*)">Changed<', browser.get(ASSIGNED).text)
    assert address.endswith(f"/messages/#assignment-{made.pk}")
    said = read(browser, address.partition("#")[0])
    assert "Due date moved from Tue 9 March 2027 to Tue 16 March 2027, 7 days later · by Ada Ekström" in said
    assert "“Parental leave”" in said


@pytest.mark.parametrize("who", ["another reader", "no due day", "changed since"])
def test_my_date_is_not_offered_where_it_would_say_nothing(
    browser: Client, ada: User, lena: User, message: Certification, who: str
) -> None:
    zoe = PersonFactory(company=ada.company, first_name="Zoe", can_manage_assignments=True)
    theirs = assigned(zoe, message, lena)
    by, due_on = zoe if who == "another reader" else ada, None if who == "no due day" else DUE_ON
    made = assign(by, message, lena, due_on=due_on)
    if who == "changed since":
        moved(zoe, theirs, NOW.date())
    assert "assigned already" not in browser.get(f"/team/assignments/operations/{made.op_id}/").text
