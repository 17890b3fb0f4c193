"""Take back: what one press changed is undone for those whom nobody changed since; the others are named."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import services as people
from accounts.models import Company, User
from assignments import services
from assignments.errors import CannotBeTakenBack, NotPermitted, RepeatedWithOtherContent
from assignments.models import Assignment, AssignmentChange, Operation
from assignments.reminders import Plan
from certifications import services as training
from certifications.models import Certification
from notifications import services as post_office
from notifications.models import Notification
from tests.factories import PersonFactory, complete, eligible_person, enroll

from . import presses
from .conftest import Press, open_assignment
from .pages import ASSIGNED, main_of, read, words
from .presses import DUE_ON, TODAY, numbers, reasons
from .test_upcoming import choose

pytestmark = pytest.mark.django_db
APRIL = date(2027, 4, 1)
OPERATIONS = "/team/assignments/operations/"


@pytest.fixture
def take_back(ada: User) -> Press:
    """`take_back(operation)`: Ada takes it back, now."""

    def press(operation: Operation, **asked: Any) -> Operation:
        usual = {"by": ada, "op_id": uuid.uuid4(), "at": timezone.now()}
        return services.take_back(operation=operation, **usual | asked)

    return press


@pytest.fixture
def zoe(ada: User) -> User:
    """A second admin."""
    return PersonFactory(company=ada.company, first_name="Zoe", can_manage_assignments=True)


def test_taking_back_an_assign_unassigns_and_cancels_what_has_not_gone_out(
    lena: User, team: Any, assign: Press, take_back: Press
) -> None:
    made = assign(lena, team.bo, due_on=DUE_ON)
    back = take_back(made)
    assert set(Assignment.objects.values_list("closed_reason", "closed_in")) == {("unassigned", back.pk)}
    assert (back.kind, back.takes_back, back.certification) == ("take_back", made, made.certification)
    assert (numbers(back), reasons(back)) == ((2, 2, 0), {})
    assert set(back.changes.values_list("kind", "due_before", "due_after")) == {("unassigned", DUE_ON, None)}
    assert set(Notification.objects.values_list("kind", "state")) == {("assigned", "cancelled")}


def test_taking_back_a_change_of_the_due_date_restores_each_day_and_its_reminders(
    lena: User, team: Any, assign: Press, move: Press, take_back: Press
) -> None:
    assign(lena, due_on=DUE_ON)
    assign(team.bo)
    back = take_back(move(lena, team.bo, due_on=APRIL))
    assert (open_assignment(lena).due_on, open_assignment(team.bo).due_on) == (DUE_ON, None)
    assert open_assignment(lena).next_reminder_on == DUE_ON - timedelta(5)
    assert open_assignment(team.bo).next_reminder_on is None
    assert open_assignment(lena).version == 3
    days = back.changes.values_list("kind", "due_before", "due_after")
    assert set(days) == {("due_date", APRIL, DUE_ON), ("due_date", APRIL, None)}
    assert not Notification.objects.exclude(kind="assigned").exists()


def test_a_due_day_that_has_passed_meanwhile_comes_back_too(
    clock: time_machine.Coordinates, lena: User, assign: Press, move: Press, take_back: Press
) -> None:
    assign(lena, due_on=DUE_ON)
    moved = move(lena, due_on=APRIL)
    clock.move_to("2027-03-15T15:00:00Z")
    take_back(moved)
    assert open_assignment(lena).due_on == DUE_ON
    services.queue_reminders(at=timezone.now())
    assert not Notification.objects.filter(kind="reminder").exists()


def test_taking_back_an_unassign_assigns_again_as_it_was_and_tells_them(
    clock: time_machine.Coordinates, ada: User, lena: User, team: Any, assign: Press, unassign: Press, take_back: Press
) -> None:
    assign(lena, due_on=DUE_ON, name="Spring round")
    assign(team.bo, name="Autumn")
    post_office.deliver_due(at=timezone.now())
    gone = unassign(lena, team.bo)
    clock.shift(60)
    back = take_back(gone)
    again = open_assignment(lena)
    assert (again.name, again.due_on, again.assigned_by, again.opened_in) == ("Spring round", DUE_ON, ada, back)
    assert (again.version, again.next_reminder_on) == (1, DUE_ON - timedelta(5))
    assert (open_assignment(team.bo).name, open_assignment(team.bo).due_on) == ("Autumn", None)
    assert set(back.changes.values_list("kind", "due_after")) == {("assigned", DUE_ON), ("assigned", None)}
    assert Notification.objects.filter(state="pending", kind="assigned").count() == 2
    assert numbers(back) == (2, 2, 0)


def test_who_was_changed_since_stays_and_is_named(
    zoe: User, ada: User, lena: User, team: Any, assign: Press, take_back: Press, message: Certification
) -> None:
    made = assign(lena, team.bo, team.cy, due_on=DUE_ON)
    presses.change_due_date(zoe, message, open_assignment(lena), due_on=APRIL)
    presses.unassign(zoe, message, open_assignment(team.bo))
    back = take_back(made)
    assert numbers(back) == (3, 1, 2)
    assert reasons(back) == {
        "Bo Young": "Already unassigned by Zoe Moss on Mon 1 March 2027, 10:00.",
        "Lena Brandt": "Changed meanwhile by Zoe Moss to Thu 1 April 2027 on Mon 1 March 2027, 10:00.",
    }
    assert open_assignment(lena).due_on == APRIL


def test_a_due_day_that_was_moved_on_or_back_since_stays(
    lena: User, team: Any, assign: Press, move: Press, take_back: Press
) -> None:
    assign(lena, team.bo, due_on=DUE_ON)
    moved = move(lena, team.bo, due_on=APRIL)
    move(lena, due_on=None)
    move(lena, due_on=APRIL)
    assert set(reasons(take_back(moved))) == {"Lena Brandt"}
    assert (open_assignment(lena).due_on, open_assignment(team.bo).due_on) == (APRIL, DUE_ON)


def test_an_email_that_was_sent_since_is_no_change(
    ada: User, lena: User, assign: Press, take_back: Press, message: Certification
) -> None:
    made = assign(lena)
    services.remind_now(
        by=ada, certification=message, assignment_ids=[open_assignment(lena).pk], op_id=uuid.uuid4(), at=timezone.now()
    )
    assert numbers(take_back(made)) == (1, 1, 0)


def test_of_an_unassign_only_who_is_still_eligible_and_was_not_assigned_since_comes_back(
    zoe: User,
    lena: User,
    team: Any,
    assign: Press,
    unassign: Press,
    take_back: Press,
    message: Certification,
    meridian: Company,
) -> None:
    eva = eligible_person(message, meridian, first_name="Eva", last_name="Gone")
    assign(lena, team.bo, team.cy, team.di, eva)
    gone = unassign(lena, team.bo, team.cy, team.di, eva)
    presses.assign(zoe, message, team.bo, team.cy)
    presses.unassign(zoe, message, open_assignment(team.cy))
    training.withdraw(person=team.di, program=message.program, by=None, at=timezone.now())
    people.deactivate(person=eva, by=None, at=timezone.now())
    back = take_back(gone)
    assert numbers(back) == (5, 1, 4)
    assert reasons(back) == {
        "Bo Young": "Already assigned by Zoe Moss on Mon 1 March 2027, 10:00.",
        "Cy Xu": "Assigned once more by Zoe Moss on Mon 1 March 2027, 10:00. "
        "Already unassigned by Zoe Moss on Mon 1 March 2027, 10:00.",
        "Di Zola": "No longer enrolled in Message Foundations since Mon 1 March 2027, 10:00.",
        "Eva Gone": "Deactivated.",
    }
    assert open_assignment(lena).opened_in == back


def test_when_everybody_was_changed_since_nothing_is_taken_back(
    browser: Client, lena: User, assign: Press, move: Press, take_back: Press
) -> None:
    made = assign(lena)
    move(lena, due_on=DUE_ON)
    with pytest.raises(CannotBeTakenBack):
        take_back(made)
    assert not Operation.objects.filter(kind="take_back").exists()
    response = browser.post(f"{OPERATIONS}{made.op_id}/take-back/", {"op_id": str(uuid.uuid4())})
    assert "Nobody can be taken back any more" in main_of(response)
    assert "Changed meanwhile by Ada Ekström to Tue 9 March 2027" in main_of(response)


def test_what_was_taken_back_for_some_says_for_how_many(
    browser: Client, lena: User, team: Any, assign: Press, move: Press, take_back: Press
) -> None:
    made = assign(lena, team.bo)
    move(lena, due_on=DUE_ON)
    take_back(made)
    page = read(browser, f"{OPERATIONS}{made.op_id}/")
    assert re.search(r"Taken back by Ada Ekström on [^.]+, for 1 of 2 people\.", page)
    assert "Taken back for 1 of them: 2 people were assigned" in page


def test_to_rehearse_it_is_not_to_take_it_back(lena: User, assign: Press) -> None:
    assign(lena)
    made = Operation.objects.for_result().get()
    services.rehearse_take_back(operation=made, at=timezone.now())
    assert made.can_be_taken_back


def test_whom_others_skipped_is_not_read_for_each_whom_they_changed(lena: User, assign: Press, move: Press) -> None:
    """Thousands for each of thousands would not fit into memory."""
    made = assign(lena)
    move(lena, due_on=DUE_ON)
    with CaptureQueriesContext(connection) as captured:
        rehearsal = services.rehearse_take_back(operation=made, at=timezone.now())
    assert [person["name"] for person in rehearsal.skipped] == ["Lena Brandt"]
    assert not [query for query in captured if '"assignments_operation"."skipped"' in query["sql"]]


def test_the_same_press_twice_is_one_effect_with_one_answer(lena: User, assign: Press, take_back: Press) -> None:
    made, op_id = assign(lena), uuid.uuid4()
    first = take_back(made, op_id=op_id)
    assign(lena)
    assert take_back(made, op_id=op_id) == first
    assert open_assignment(lena)


def test_the_same_op_id_for_another_one_is_refused(lena: User, team: Any, assign: Press, take_back: Press) -> None:
    op_id = uuid.uuid4()
    take_back(assign(lena), op_id=op_id)
    with pytest.raises(RepeatedWithOtherContent):
        take_back(assign(team.bo), op_id=op_id)
    assert open_assignment(team.bo)


def test_it_is_taken_back_once(zoe: User, lena: User, assign: Press, take_back: Press) -> None:
    made = assign(lena)
    take_back(made, by=zoe)
    with pytest.raises(CannotBeTakenBack, match="Already taken back by Zoe Moss on Mon 1 March 2027"):
        take_back(made)


def test_the_database_refuses_a_second_one_and_one_of_nothing(lena: User, assign: Press, take_back: Press) -> None:
    made = assign(lena)
    take_back(made)
    row = {"company": made.company, "digest": "", "made_at": timezone.now()}
    for kind, of in [("take_back", made), ("take_back", None), ("assign", take_back(assign(lena)))]:
        with pytest.raises(IntegrityError, match=r"takes_back|taken_back"), transaction.atomic():
            Operation.objects.create(kind=kind, takes_back=of, op_id=uuid.uuid4(), **row)


def test_what_wrote_to_people_or_took_back_or_changed_nobody_stays(
    ada: User, lena: User, assign: Press, take_back: Press, message: Certification
) -> None:
    made = assign(lena)
    ids = {"assignment_ids": [open_assignment(lena).pk], "op_id": uuid.uuid4(), "at": timezone.now()}
    reminded = services.remind_now(by=ada, certification=message, **ids)
    nobody = assign(lena)
    for stays in (reminded, nobody, take_back(made)):
        with pytest.raises(CannotBeTakenBack):
            take_back(stays)


@pytest.mark.parametrize("who", ["max", "lena", "cora", "operator"])
def test_who_may_not_assign_may_not_take_back(
    request: pytest.FixtureRequest, who: str, lena: User, assign: Press, take_back: Press
) -> None:
    made = assign(lena)
    with pytest.raises(NotPermitted):
        take_back(made, by=request.getfixturevalue(who))
    assert open_assignment(lena)


def test_another_companys_is_refused(sam: User, lena: User, assign: Press, take_back: Press) -> None:
    made = assign(lena)
    with pytest.raises(CannotBeTakenBack):
        take_back(made, by=sam)
    assert open_assignment(lena)


@pytest.mark.parametrize("kind", ["assign", "unassign", "change_due_date"])
def test_twenty_people_cost_as_many_queries_as_two(
    meridian: Company, message: Certification, assign: Press, unassign: Press, move: Press, take_back: Press, kind: str
) -> None:
    def queries(how_many: int) -> int:
        """Half of them were changed since."""
        crowd = [eligible_person(message, meridian) for _ in range(2 * how_many)]
        made = assign(*crowd, due_on=DUE_ON)
        if kind == "unassign":
            made = unassign(*crowd)
            assign(*crowd[:how_many])
        else:
            made = move(*crowd, due_on=APRIL) if kind == "change_due_date" else made
            move(*crowd[:how_many], due_on=None)
        with CaptureQueriesContext(connection) as captured:
            back = take_back(made)
        assert numbers(back) == (2 * how_many, how_many, how_many)
        return len(captured)

    assert queries(2) == queries(20)


def page_of(operation: Operation) -> str:
    return f"{OPERATIONS}{operation.op_id}/"


def test_the_page_says_for_how_many_and_for_whom_not_and_writes_nothing(
    browser: Client, lena: User, team: Any, assign: Press, move: Press
) -> None:
    made = assign(lena, team.bo, due_on=DUE_ON)
    move(lena, due_on=APRIL)
    said = read(browser, f"{page_of(made)}take-back/")
    assert "1 person will be unassigned" in said
    assert "1 stays as it is Lena Brandt Changed meanwhile by Ada Ekström to Thu 1 April 2027" in said
    assert Assignment.objects.open().count() == 2
    assert Operation.objects.count() == 2


@pytest.mark.parametrize(
    ("plan", "are_told", "are_managers"),
    [
        (Plan(), True, False),
        (Plan((14, 5, 0, -3), (-2,)), True, True),
        (Plan((5, -1, -12), (-20,)), True, False),
        (Plan((-1,), (-1, -9)), False, False),
    ],
    ids=str,
)
def test_the_page_says_who_is_told_at_once_of_the_due_date_of_before(
    clock: time_machine.Coordinates,
    client_of: Callable[[User], Client],
    ada: User,
    meridian: Company,
    message: Certification,
    rosa: User,
    assign: Press,
    move: Press,
    take_back: Press,
    plan: Plan,
    are_told: bool,
    are_managers: bool,
) -> None:
    """Of people with all due dates before and after today, every second told before it moved of what was due then."""
    choose(meridian, plan)
    days = [TODAY + timedelta(days) for days in range(40)]
    crowd = [eligible_person(message, meridian, reports_to=rosa) for _ in days]
    for person, day in zip(crowd, days, strict=True):
        assign(person, due_on=day)
    clock.move_to("2027-03-09T15:00:00Z")
    services.queue_reminders(at=timezone.now())
    Notification.objects.filter(recipient__in=crowd[::2]).update(state="sent", sent_at=timezone.now())
    moved = move(*crowd, due_on=days[-1] + timedelta(100))
    complete(crowd[17], message)
    clock.move_to("2027-03-16T15:00:00Z")
    said = read(client_of(ada), f"{page_of(moved)}take-back/")
    take_back(moved)
    services.queue_reminders(at=timezone.now())
    now = Notification.objects.filter(created_at=timezone.now())
    told = now.filter(kind__in=["reminder", "overdue"]).count()
    assert (told > 1, now.filter(kind="team_overdue").exists()) == (are_told, are_managers)
    sentence = f" {told} get a reminder at once, since its day has passed." if are_told else "No learner is told now."
    assert sentence in said
    assert ("1 manager is told at once who is overdue." in said) is are_managers


def test_pressed_in_the_browser_it_leads_to_what_came_of_it_and_both_name_each_other(
    browser: Client, lena: User, assign: Press
) -> None:
    made, op_id = assign(lena, due_on=DUE_ON), str(uuid.uuid4())
    answers = [browser.post(f"{page_of(made)}take-back/", {"op_id": op_id}) for _ in range(2)]
    assert [answer["Location"] for answer in answers] == [f"{OPERATIONS}{op_id}/"] * 2
    said = read(browser, answers[0]["Location"])
    assert "Take back: Command of the Message" in said
    assert "1 person is now unassigned again" in said
    assert "Of Assign , Mon 1 March 2027, 10:00" in said
    assert "Taken back by Ada Ekström on Mon 1 March 2027, 10:00" in read(browser, page_of(made))
    assert f'{page_of(made)}take-back/"' not in browser.get(page_of(made)).text
    assert "took a change back for 1 person" in read(browser, "/team/assignments/certifications/")
    second = browser.post(f"{page_of(made)}take-back/", {"op_id": str(uuid.uuid4())})
    assert (second.status_code, "Already taken back by Ada Ekström" in main_of(second)) == (422, True)


def test_of_due_dates_taken_back_it_is_not_said_that_nobody_was_told(
    browser: Client, lena: User, assign: Press, move: Press, take_back: Press
) -> None:
    assign(lena, due_on=DUE_ON)
    said = read(browser, page_of(take_back(move(lena, due_on=APRIL))))
    assert "at once where its day had passed" in said
    assert "Nobody was told" not in said


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("assign", "Taken back: 2 people were assigned"),
        ("unassign", "Taken back: 2 people were unassigned"),
        ("change_due_date", "Taken back: 2 people were due on Thu 1 April 2027"),
    ],
)
def test_what_was_taken_back_is_told_as_something_of_the_past(
    browser: Client,
    lena: User,
    team: Any,
    assign: Press,
    unassign: Press,
    move: Press,
    take_back: Press,
    kind: str,
    says: str,
) -> None:
    made = assign(lena, team.bo, due_on=DUE_ON)
    if kind == "unassign":
        made = unassign(lena, team.bo)
    elif kind == "change_due_date":
        made = move(lena, team.bo, due_on=APRIL)
    take_back(made)
    for said in (read(browser, page_of(made)), read(browser, ASSIGNED, operation=made.op_id)):
        assert says in said
        for no_more in (" now", "They find it in Enroll", "They are back in Eligible", "Whoever is not done gets"):
            assert no_more not in said.partition("Learner")[0]


def test_the_bell_is_said_to_have_only_what_was_not_withdrawn(
    browser: Client, lena: User, team: Any, assign: Press, unassign: Press, take_back: Press
) -> None:
    made = assign(lena, team.bo)
    has_it = "Everyone sees it in the bell already."
    all_but = "It is in the bell already, but for what is no longer wanted and was not read."
    assert has_it in read(browser, page_of(made))
    unassign(lena)
    assert "1 waiting 1 no longer wanted" in read(browser, page_of(made))
    for press in (None, take_back):
        press(made) if press else None
        said = [read(browser, page_of(made)), words(browser.get(f"{page_of(made)}delivery/").text)]
        assert [(has_it in each, all_but in each) for each in said] == [(False, True)] * 2


def test_the_emails_of_those_assigned_again_are_followed(
    browser: Client, lena: User, assign: Press, unassign: Press, take_back: Press
) -> None:
    assign(lena)
    back = take_back(unassign(lena))
    said = read(browser, page_of(back))
    assert "1 person is now assigned again" in said
    assert "0 sent 1 waiting" in said
    # Sent again later on, it is still what this operation promised.
    Notification.objects.filter(state="pending").update(tried_since=timezone.now() + timedelta(days=1))
    assert "0 sent 1 waiting" in read(browser, page_of(back))


def test_what_cannot_be_taken_back_says_so_and_has_no_button(
    browser: Client, ada: User, lena: User, assign: Press, message: Certification
) -> None:
    assign(lena)
    ids = {"assignment_ids": [open_assignment(lena).pk], "op_id": uuid.uuid4(), "at": timezone.now()}
    reminded = services.remind_now(by=ada, certification=message, **ids)
    for page in (page_of(reminded), f"{page_of(reminded)}take-back/"):
        said = read(browser, page)
        assert "It cannot be taken back: emails that went out stay" in said
        assert "take-back" not in browser.get(page_of(reminded)).text
        assert ">Take back</button>" not in browser.get(page).text
    assert browser.post(f"{page_of(reminded)}take-back/", {"op_id": str(uuid.uuid4())}).status_code == 422


def test_without_an_op_id_nothing_is_done(browser: Client, lena: User, assign: Press) -> None:
    made = assign(lena)
    response = browser.post(f"{page_of(made)}take-back/")
    assert response.status_code == 422
    assert "The form could not be read. Press once more." in main_of(response)
    assert open_assignment(lena)


def test_another_companys_operation_answers_like_an_unknown_one(
    client_of: Callable[[User], Client], sam: User, lena: User, assign: Press
) -> None:
    for op_id in (assign(lena).op_id, uuid.uuid4()):
        path = f"{OPERATIONS}{op_id}/take-back/"
        assert client_of(sam).get(path).status_code == 404
        assert client_of(sam).post(path, {"op_id": str(uuid.uuid4())}).status_code == 404
    assert open_assignment(lena)
    assert AssignmentChange.objects.count() == 1


def test_of_a_certification_out_of_scope_nothing_is_offered_that_would_be_refused(
    browser: Client, meridian: Company, lena: User, assign: Press, message: Certification
) -> None:
    made = assign(lena)
    Notification.objects.update(state=Notification.State.FAILED)
    training.take_out_of_scope(company=meridian, certification=message)
    page, back = browser.get(page_of(made)), browser.get(f"{page_of(made)}take-back/")
    for each in (page, back):
        assert "Command of the Message is not in scope for your company any more" in main_of(each)
    assert "Lena Brandt" in main_of(page)
    assert "Open Command of the Message" not in main_of(page)
    for text in (page.text, browser.get(f"{page_of(made)}delivery/").text):
        assert "1 failed" in text
        assert "/certifications/command-of-the-message/" not in text
    assert "take-back/" not in page.text
    assert ">Take back</button>" not in back.text
    assert browser.post(f"{page_of(made)}take-back/", {"op_id": str(uuid.uuid4())}).status_code == 422


def test_of_several_closed_together_those_out_of_scope_have_no_link(
    browser: Client,
    ada: User,
    meridian: Company,
    lena: User,
    assign: Press,
    message: Certification,
    sale: Certification,
) -> None:
    enroll(lena, sale.program)
    assign(lena)
    presses.assign(ada, sale, lena)
    people.deactivate(person=lena, by=ada, at=timezone.now())
    training.take_out_of_scope(company=meridian, certification=sale)
    page = browser.get(page_of(Operation.objects.get(kind="deactivation")))
    assert "Command of the Sale not in scope any more" in main_of(page)
    assert re.findall(r'href="[^"]*/certifications/([^/"]+)/', page.text) == ["command-of-the-message"]
