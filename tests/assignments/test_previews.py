"""The preview: what an admin is shown of the emails is what then goes out, and looking changes nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.mail import EmailMultiAlternatives
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Company, User
from assignments import services
from assignments.reminders import Plan
from certifications.models import Certification
from tests.factories import PersonFactory, attend, complete, eligible_person

from .conftest import Press
from .pages import ASSIGN, ONE, dialog_of, main_of, press, read, without_token
from .presses import DUE_ON, TODAY, assign
from .test_upcoming import choose

SELECTED = f"{ASSIGN}preview/"
REMINDERS = "/team/assignments/reminders/"
OF_PLAN = f"{REMINDERS}preview/"
DAY = timedelta(days=1)
RICH = Plan(learner=(14, 5, 1, 0, -3), manager=(-3, -10))
Seen = tuple[str, str, str, str, str]
Mails = list[EmailMultiAlternatives]


def page_for(person: User, certification: str = "command-of-the-message") -> str:
    return f"/team/assignments/certifications/{certification}/learners/{person.pk}/preview/"


def between(text: str, start: str, end: str) -> str:
    return unescape(text.partition(start)[2].partition(end)[0])


def shown(browser: Client, path: str, **asked: Any) -> list[tuple[date, Seen]]:
    """Each email as the page shows it: its local day, and from, to, subject, text and HTML part."""
    response = browser.get(path, asked)
    assert response.status_code == 200
    found = []
    for section in response.text.split("<iframe")[:-1]:
        section = section.rpartition("<section")[2]
        when = between(section, '<time datetime="', '"')
        day = datetime.fromisoformat(when).astimezone(ZoneInfo("America/New_York")).date() if when else TODAY
        head = [between(section, f"<dt>{name}</dt><dd>", "</dd>") for name in ("From", "To", "Subject")]
        sender, to, subject = (re.sub(r"</?b>", "", each) for each in head)
        text = between(section, "<pre", "</pre>").partition(">")[2]
        found.append([day, sender, between(to, '<span class="asc-sub">', "</span>"), subject, text])
    frames = re.findall(r'<iframe[^>]* src="([^"]+)"', response.text)
    parts = [browser.get(unescape(each)).text.replace('<base target="_top">', "", 1) for each in frames]
    return [(day, (*rest, part)) for (day, *rest), part in zip(found, parts, strict=True)]


def sent(mail: EmailMultiAlternatives) -> Seen:
    [(html, _)] = mail.alternatives
    return (mail.from_email, mail.to[0], mail.subject, mail.body, str(html))


def going_out(
    clock: time_machine.Coordinates, mailoutbox: Mails, company: Company, days: int
) -> list[tuple[date, Seen]]:
    """What the sweeps of so many days send, one now and then one each day a little after eight."""
    found = []
    for ahead in range(days):
        at = datetime.combine(TODAY + ahead * DAY, time(8, 0, 20), tzinfo=company.zone)
        if at > timezone.now():
            clock.move_to(at)
        mailoutbox.clear()
        services.sweep(at=timezone.now())
        found += [(company.day_at(timezone.now()), sent(mail)) for mail in mailoutbox]
    return found


# What is shown is what is sent


@pytest.mark.parametrize("plan", [Plan(), RICH, Plan(learner=(30, 2, -1)), Plan(learner=(-1,), manager=(-1,))])
@pytest.mark.parametrize(("hour", "due_in", "done"), [(10, None, 0), (10, 0, 2), (10, 20, 2), (7, 5, 0)])
def test_every_email_that_goes_out_was_shown_to_the_letter(
    browser: Client,
    clock: time_machine.Coordinates,
    mailoutbox: Mails,
    meridian: Company,
    message: Certification,
    rosa: User,
    lena: User,
    assign: Press,
    plan: Plan,
    hour: int,
    due_in: int | None,
    done: int,
) -> None:
    clock.move_to(datetime.combine(TODAY, time(hour), tzinfo=meridian.zone))
    choose(meridian, plan)
    due_on = None if due_in is None else TODAY + due_in * DAY
    for first, last, days in [("Ann", "Ash", 0), ("Lena", "Adler", 0), ("Lena", "Zorn", 0), ("Zoe", "Ash", -2)]:
        who = {"first_name": first, "last_name": last, "email": f"{first}.{last}@meridian.example"}
        colleague = eligible_person(message, meridian, reports_to=rosa, **who)
        assign(colleague, due_on=max(TODAY, (due_on or TODAY) + days * DAY))
    if done:
        complete(lena, message, steps=done)
    preview = shown(browser, page_for(lena), name="Spring  <round> & more", due_on=due_on or "")
    days_shown = {day for day, _ in preview}
    assign(lena, name="Spring  <round> & more", due_on=due_on)
    went = going_out(clock, mailoutbox, meridian, (due_in or 0) + 12)
    to_lena = [each for each in went if each[1][1] == lena.email]
    to_rosa = [each for each in went if each[1][1] == rosa.email and each[0] in days_shown]
    assert preview
    assert [each for each in preview if each[1][1] == lena.email] == to_lena
    assert [each for each in preview if each[1][1] == rosa.email] == to_rosa


def test_of_an_open_assignment_it_shows_what_is_to_come(
    browser: Client,
    clock: time_machine.Coordinates,
    mailoutbox: Mails,
    meridian: Company,
    lena: User,
    rosa: User,
    assign: Press,
) -> None:
    assign(lena, due_on=TODAY + 8 * DAY)
    typed = {"before": "14, 5", "on_the_day": "on", "after": "3", "manager_after": "3"}
    preview = shown(browser, page_for(lena), name="Another name", due_on="2030-01-01", **typed)
    said = read(browser, page_for(lena), **typed)
    assert "14, 5, 0 days before, 3 days after; managers 3 days after. They are not saved yet." in said
    choose(meridian, Plan(learner=(14, 5, 0, -3), manager=(-3,)))
    went = going_out(clock, mailoutbox, meridian, 14)
    assert [day for day, _ in preview] == [TODAY + days * DAY for days in (3, 8, 11, 11)]
    assert preview == went[1:]
    assert {to for _, (_, to, *_) in preview} == {lena.email, rosa.email}


def test_of_what_has_passed_it_shows_what_was_written(
    browser: Client, clock: time_machine.Coordinates, meridian: Company, rosa: User, lena: User, assign: Press
) -> None:
    choose(meridian, Plan(learner=(14, 5, 1, -1), manager=(-1,)))
    assign(lena, due_on=TODAY + 8 * DAY)
    clock.move_to(datetime.combine(TODAY + 3 * DAY, time(10), tzinfo=meridian.zone))
    days = [TODAY + days * DAY for days in (3, 7, 9, 9)]
    assert [day for day, _ in shown(browser, page_for(lena))] == days  # the sweep of eight is late, and will write
    services.sweep()
    assert [day for day, _ in shown(browser, page_for(lena))] == days
    assert "Reminder, 5 days before the due date Thu 4 March 2027 has passed" in read(browser, page_for(lena))
    assert browser.get(f"{page_for(lena)}reminder-14/").status_code == 404
    clock.move_to(datetime.combine(TODAY + 9 * DAY, time(10), tzinfo=meridian.zone))
    services.sweep()
    assert [day for day, _ in shown(browser, page_for(lena))] == [days[0], *days[2:]]


def test_who_has_completed_is_told_but_never_reminded(
    browser: Client, meridian: Company, lena: User, message: Certification
) -> None:
    choose(meridian, RICH)
    complete(lena, message)
    [(_, (*_, text, _))] = shown(browser, page_for(lena), due_on=TODAY + 20 * DAY)
    assert "You have done all its steps already" in text
    assert "has completed it already, so nobody is reminded" in read(browser, page_for(lena), due_on=TODAY + 20 * DAY)


def test_nobody_is_told_for_a_manager_who_is_not_active(
    browser: Client, meridian: Company, lena: User, rosa: User
) -> None:
    choose(meridian, RICH)
    User.objects.filter(pk=rosa.pk).update(status=User.Status.INACTIVE)
    preview = shown(browser, page_for(lena), due_on=TODAY + 20 * DAY)
    assert {to for _, (_, to, *_) in preview} == {lena.email}


def test_on_the_last_day_of_the_calendar_nothing_comes_after(browser: Client, meridian: Company, lena: User) -> None:
    choose(meridian, Plan(learner=(5, -3), manager=(-3,)))
    preview = shown(browser, page_for(lena), due_on="9999-12-31")
    assert [day for day, _ in preview] == [TODAY, date(9999, 12, 26)]


# The page


def test_the_page_names_each_email_with_its_moment(browser: Client, meridian: Company, lena: User) -> None:
    choose(meridian, RICH)
    said = read(browser, page_for(lena), due_on=DUE_ON)
    for words in (
        "Team Management Assignments Command Series Certifications Command of the Message Emails to Lena Brandt",
        "Assignment Now, with the press of Assign",
        "Not sent, since Tue 23 February 2027 has passed: Reminder, 14 days before the due date",
        "Reminder, 5 days before the due date Thu 4 March 2027, 08:00",
        "Reminder, on the due date Tue 9 March 2027, 08:00",
        "Overdue notice, 3 days after the due date Fri 12 March 2027, 08:00",
        "To the manager, 3 days after the due date Fri 12 March 2027, 08:00",
        "Subject Command of the Message: assigned, due Tue 9 March 2027",
        "From Ascender <no-reply@ascender.example>",
        "To Lena Brandt lena@meridian.example",
        "To Rosa Conti rosa@meridian.example",
    ):
        assert words in said


def test_without_anything_asked_it_is_the_title_and_no_due_day(browser: Client, lena: User) -> None:
    response = browser.get(page_for(lena))
    assert 'name="name" value="Command of the Message"' in response.text
    assert "Without a due date there are no reminders." in main_of(response)
    assert response.text.count("<iframe") == 1


def test_the_html_part_is_framed_without_any_right_and_styled_there_only(browser: Client, lena: User) -> None:
    page = browser.get(page_for(lena))
    assert 'sandbox="allow-top-navigation-by-user-activation"' in page.text
    assert "style-src" not in page["Content-Security-Policy"]
    part = browser.get(f"{page_for(lena)}assigned/")
    assert "default-src 'none'" in part["Content-Security-Policy"]
    assert "style-src 'unsafe-inline'" in part["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in part["Content-Security-Policy"]
    assert part["X-Frame-Options"] == "SAMEORIGIN"


@pytest.mark.parametrize("which", ["nothing", "reminder-5", "overdue-1", "remind_now"])
def test_an_email_that_would_not_come_has_no_page(browser: Client, lena: User, which: str) -> None:
    assert browser.get(f"{page_for(lena)}{which}/").status_code == 404


def test_who_cannot_be_assigned_has_none_and_the_page_says_why(
    browser: Client, meridian: Company, message: Certification
) -> None:
    person = PersonFactory(company=meridian, first_name="Noa")
    attend(person, message.program)
    assert "Cannot be assigned yet Attended, but not enrolled" in read(browser, page_for(person), due_on=DUE_ON)
    assert browser.get(f"{page_for(person)}assigned/").status_code == 404


def test_of_an_assignment_without_a_due_day_nothing_is_to_come(browser: Client, lena: User, assign: Press) -> None:
    assign(lena)
    assert "Nothing is to come" in read(browser, page_for(lena))


# What may be asked


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"due_on": "2027-02-28"}, "Choose today or a later day"),
        ({"due_on": "31 June"}, "Enter a day that exists"),
        ({"due_on": "2027-03-09\0"}, "Enter a day that exists"),
        ({"name": ""}, "This field is required"),
        ({"name": "x" * 1_000_000}, "at most 120 characters"),
        ({"name": "a\0b"}, "Null characters are not allowed"),
        ({"before": "x"}, "Write whole days"),
        ({"before": "", "after": "\0"}, "Null characters are not allowed"),
        ({"before": ""}, "Choose at least one day"),
    ],
)
def test_what_cannot_be_is_said_in_words_and_nothing_is_shown(
    browser: Client, lena: User, asked: dict[str, str], says: str
) -> None:
    response = browser.get(page_for(lena), asked)
    assert response.status_code == 422
    assert says in main_of(response)
    assert "<iframe" not in response.text
    assert browser.get(f"{page_for(lena)}assigned/", asked).status_code == 404


@pytest.mark.parametrize("name", ["\ud800", "\u202e", "x\r\nBcc: eve@harbor.example", "<script>"])
def test_any_other_name_is_shown_as_text(browser: Client, lena: User, name: str) -> None:
    asked = name.encode("utf-8", "surrogatepass")
    response = browser.get(f"{page_for(lena)}?name=" + "".join(f"%{byte:02x}" for byte in asked))
    assert response.status_code == 200
    assert "<script>" not in response.text.partition("<main")[2]


def test_the_stranger_and_the_unknown_are_answered_alike(
    browser: Client,
    client_of: Callable[[User], Client],
    sam: User,
    lena: User,
    message: Certification,
    sale: Certification,
) -> None:
    harbor_person = eligible_person(message, sam.company)
    gone = PersonFactory(company=lena.company, status=User.Status.INACTIVE)
    unknown = page_for(lena).replace(str(lena.pk), "999999999")
    none = without_token(browser.get(unknown))
    for path in (page_for(harbor_person), page_for(gone), unknown.replace("999999999", "9" * 40)):
        response = browser.get(path)
        assert (response.status_code, without_token(response)) == (404, none)
        assert browser.get(f"{path}assigned/").status_code == 404
    assert client_of(sam).get(page_for(lena)).status_code == 404
    assert client_of(sam).get(page_for(harbor_person, "command-of-the-sale")).status_code == 404
    assert browser.get(page_for(lena, "no-such-certification")).status_code == 404


def test_looking_writes_nothing_and_costs_the_same_however_many_there_are(
    browser: Client, meridian: Company, message: Certification, rosa: User, lena: User, ada: User
) -> None:
    choose(meridian, RICH)

    def statements() -> list[str]:
        with CaptureQueriesContext(connection) as captured:
            for path in (page_for(lena), f"{page_for(lena)}team_overdue-3/"):
                assert browser.get(path, {"due_on": DUE_ON}).status_code == 200
            for path, typed in ((SELECTED, {"learner": lena.pk, "name": "x"}), (OF_PLAN, {"before": "5"})):
                assert browser.post(path, typed).status_code == 302
        return [query["sql"] for query in captured]

    def join(how_many: int) -> None:
        crowd = [eligible_person(message, meridian, reports_to=rosa) for _ in range(how_many)]
        assign(ada, message, *crowd, due_on=TODAY)

    join(2)
    statements()
    with_few = statements()
    join(18)
    assert len(statements()) == len(with_few)
    assert [sql for sql in with_few if not sql.startswith("SELECT")] == []


# From the Assign dialog


def test_the_dialog_leads_to_it_in_a_window_of_its_own_and_enter_still_assigns(browser: Client, lena: User) -> None:
    dialog = browser.post(ASSIGN, {"learner": lena.pk}).text.partition("<dialog")[2].partition("</dialog>")[0]
    first, second = re.findall(r"<button[^>]*>", dialog)
    assert "formaction" not in first
    assert f'formaction="{SELECTED}"' in second
    assert 'formtarget="_blank"' in second


def test_from_the_dialog_the_first_who_can_be_assigned_is_shown_as_typed(
    browser: Client, meridian: Company, message: Certification, assign: Press
) -> None:
    ann, bob, cid = (eligible_person(message, meridian, first_name=name) for name in ("Ann", "Bob", "Cid"))
    assign(ann)
    typed = {"learner": f"{cid.pk},{bob.pk},{ann.pk},999999", "name": " Spring & Co ", "due_on": "2027-03-09"}
    response = browser.post(SELECTED, typed | {"op_id": "x", "csrfmiddlewaretoken": "secret"})
    assert response["Location"] == f"{page_for(bob)}?name=Spring+%26+Co&due_on=2027-03-09"


def test_the_dialog_shows_the_email_of_assigning_also_when_the_reminders_day_has_passed(
    browser: Client, lena: User
) -> None:
    said = dialog_of(press(browser, ASSIGN, lena.pk, due_on=TODAY + 2 * DAY, look="1"))
    assert "The email as Lena Brandt gets it: Command of the Message: assigned, due Wed 3 March 2027" in said


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"due_on": "2027-02-28"}, "Choose today or a later day"),
        ({"due_on": "soon"}, "Enter a day that exists"),
        ({"name": "x" * 1_000_000}, "at most 120 characters"),
        ({"name": "\0"}, "Null characters are not allowed"),
        ({"learner": "x"}, "The selection could not be read"),
        ({"learner": "9" * 40}, "The selection could not be read"),
        ({"learner": ""}, "None of the selected people can be assigned now"),
        ({"learner": "999999999"}, "None of the selected people can be assigned now"),
    ],
)
def test_from_the_dialog_what_cannot_be_is_said_in_words(
    browser: Client, lena: User, typed: dict[str, str], says: str
) -> None:
    response = browser.post(SELECTED, {"learner": lena.pk, "name": "Spring", "due_on": ""} | typed)
    assert response.status_code == 422
    assert says in main_of(response)
    assert "<iframe" not in response.text


def test_of_a_selection_only_ones_own_people_are_seen(
    browser: Client, sam: User, lena: User, message: Certification
) -> None:
    stranger = eligible_person(message, sam.company, first_name="Aaron")
    response = browser.post(SELECTED, {"learner": [stranger.pk, lena.pk], "name": "Spring", "due_on": ""})
    assert response["Location"].startswith(page_for(lena))


def test_twenty_thousand_selected_are_no_matter(browser: Client, lena: User) -> None:
    selection = ",".join(map(str, range(lena.pk, lena.pk + 20_000)))
    response = browser.post(SELECTED, {"learner": selection, "name": "Spring", "due_on": ""})
    assert response["Location"] == f"{page_for(lena)}?name=Spring&due_on="


# From the reminders


def test_the_reminders_lead_to_it_in_a_window_of_its_own_and_enter_still_saves(browser: Client) -> None:
    form = browser.get(REMINDERS).text.partition('action="/team/assignments/reminders/"')[2].partition("</form>")[0]
    first, second = re.findall(r"<button[^>]*>", form)
    assert "formaction" not in first
    assert f'formaction="{OF_PLAN}"' in second
    assert 'formtarget="_blank"' in second


def test_a_plan_is_shown_for_whoever_is_due_last(
    browser: Client, meridian: Company, message: Certification, lena: User, assign: Press
) -> None:
    near, done = (eligible_person(message, meridian) for _ in range(2))
    assign(near, due_on=TODAY + 3 * DAY)
    assign(lena, due_on=TODAY + 8 * DAY)
    assign(done, due_on=TODAY + 20 * DAY)
    complete(done, message)
    typed = {"before": "1 5", "on_the_day": "on", "after": "3", "manager_after": "3", "op_id": "x", "seen": "5|"}
    response = browser.post(OF_PLAN, typed)
    assert response["Location"].startswith(f"{page_for(lena)}?before=5%2C+1&on_the_day=True&after=3&manager_after=3")
    assert browser.get(response["Location"]).text.count("<iframe") == 5


def test_without_any_due_day_a_plan_is_shown_for_the_first_who_is_eligible_with_a_day_that_leaves_room(
    browser: Client, meridian: Company, lena: User, message: Certification
) -> None:
    response = browser.post(OF_PLAN, {"before": "14 5", "after": "2"})
    assert response["Location"].startswith(page_for(lena))
    assert f"due_on={TODAY + 15 * DAY}" in response["Location"]
    page = browser.get(response["Location"])
    assert page.text.count("<iframe") == 4
    assert "not saved yet" in main_of(page)
    form = page.text.partition("asc-preview__asked")[2].partition("</form>")[0]
    kept = dict(re.findall(r'<input type="hidden" name="(\w+)"(?: value="([^"]*)")?', form))
    assert kept == {"before": "14, 5", "on_the_day": "False", "after": "2", "manager_after": ""}


def test_where_there_is_nobody_a_plan_is_shown_for_nobody(browser: Client, message: Certification) -> None:
    response = browser.post(OF_PLAN, {"before": "5"})
    assert response.status_code == 422
    assert "there is nobody to show them for" in main_of(response)


def test_a_plan_that_cannot_be_is_said_in_words(browser: Client, lena: User) -> None:
    response = browser.post(OF_PLAN, {"before": "5 5"})
    assert response.status_code == 422
    assert "Days before the due date: Write each day once." in main_of(response)
    assert f'href="{REMINDERS}"' in response.text.partition("<main")[2].partition("</main>")[0]


@pytest.mark.parametrize(("path", "back"), [(SELECTED, f"{ONE}eligible/"), (OF_PLAN, REMINDERS)])
def test_by_address_it_leads_back_to_where_it_begins(
    browser: Client, message: Certification, path: str, back: str
) -> None:
    assert browser.get(path)["Location"] == back
