"""The article's instructions, followed word for word by their labels, in a browser, by an admin and a learner."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, Page, expect

from .conftest import Demo, Opening, log_in

NEW_YORK = ZoneInfo("America/New_York")
MESSAGE = "Command of the Message"
LENA = "Lena Brandt"


class Person:
    """Somebody at a browser who follows written instructions."""

    def __init__(self, page: Page, email: str) -> None:
        self.page = page
        log_in(page, email)

    def open_menu(self, name: str) -> None:
        named = self.page.get_by_label(name).or_(self.page.get_by_text(name, exact=True))
        self.page.locator("summary").and_(named).click()

    def choose(self, *links: str) -> None:
        for link in links:
            self.page.get_by_role("link", name=link, exact=True).filter(visible=True).first.click()

    def open_tab(self, name: str) -> None:
        """A subtab; its count is part of its name."""
        self.page.get_by_role("link", name=re.compile(rf"^{name} [\d,]+$")).click()

    def search_for(self, words: str) -> None:
        self.page.wait_for_load_state()  # nobody types before they see the page
        self.page.get_by_role("searchbox").fill(words)
        self.page.get_by_role("searchbox").press("Enter")
        self.page.wait_for_load_state()

    def row_of(self, name: str) -> Locator:
        return self.page.get_by_role("row").filter(has_text=name)

    def entry_of(self, title: str) -> Locator:
        """One certification in a list of Enroll."""
        return self.page.get_by_role("listitem").filter(has=self.page.get_by_role("heading", name=title))

    @property
    def dialog(self) -> Locator:
        return self.page.get_by_role("dialog")

    @property
    def bell(self) -> Locator:
        return self.page.get_by_label(re.compile("^Notifications, "))


@pytest.mark.parametrize(
    ("javascript", "due_in"),
    [pytest.param(True, 20, id="with JavaScript"), pytest.param(False, 30, id="without JavaScript")],
)
def test_an_admin_assigns_and_unassigns_and_the_learner_hears_of_it(
    demo: Demo, open_page: Opening, *, javascript: bool, due_in: int
) -> None:
    ada = Person(open_page(demo, java_script_enabled=javascript), "ada@meridian.example")
    lena = Person(open_page(demo, java_script_enabled=javascript), "lena@meridian.example")
    mailbox = open_page(demo, java_script_enabled=javascript)
    due_on = datetime.now(NEW_YORK).date() + timedelta(days=due_in)
    read_everything(lena)

    assign(ada, due_on)
    expect_in_group(ada, "Assigned", in_words(due_on))
    expect_in_group(ada, "Eligible for Assignment", None)
    expect_letter(mailbox, re.compile(f"^{MESSAGE}: assigned"), "Ada Ekström", in_words(due_on))
    expect_assignment(lena, due_on)
    steps_done = complete_a_step(lena)

    remind(demo, due_on)
    expect_letter(mailbox, re.compile(f"^{MESSAGE}: reminder"), in_words(due_on))
    lena.page.goto("/")
    expect(lena.bell).to_have_accessible_name("Notifications, 2 unread")

    unassign(ada)
    expect_in_group(ada, "Assigned", None)
    expect_in_group(ada, "Eligible for Assignment", f"{steps_done} of 6 steps")
    expect_progress_without_assignment(lena, steps_done)
    expect_blank_in_the_report(ada)


def read_everything(learner: Person) -> None:
    learner.bell.click()
    if learner.page.get_by_role("button", name="Mark all read").count():
        learner.page.get_by_role("button", name="Mark all read").click()
    learner.page.goto("/")
    expect(learner.bell).to_have_accessible_name("Notifications, none unread")


def open_the_certification(admin: Person) -> None:
    admin.page.goto("/")
    admin.open_menu("Profile and Account Settings")
    admin.choose("Team Management", "Assignments", "Command Series Certifications", MESSAGE)


def assign(admin: Person, due_on: date) -> None:
    open_the_certification(admin)
    admin.open_tab("Eligible for Assignment")
    admin.search_for("Lena")
    admin.page.get_by_role("checkbox", name=f"Select {LENA}").check()
    admin.page.get_by_role("button", name="Assign", exact=True).click()
    expect(admin.dialog.get_by_label("Assignment Name")).to_have_value(MESSAGE)
    admin.dialog.get_by_label("Due Date").fill(due_on.isoformat())
    admin.dialog.get_by_role("button", name="Assign", exact=True).click()
    expect(admin.page.get_by_role("heading", name="1 person is now assigned")).to_be_visible()


def unassign(admin: Person) -> None:
    open_the_certification(admin)
    admin.open_tab("Assigned")
    admin.search_for("Lena")
    admin.page.get_by_role("checkbox", name=f"Select {LENA}").check()
    admin.open_menu("Actions")
    admin.page.get_by_role("button", name="Unassign", exact=True).click()
    admin.dialog.get_by_role("button", name="Unassign", exact=True).click()
    expect(admin.page.get_by_role("heading", name="1 person is now unassigned")).to_be_visible()


def expect_in_group(admin: Person, tab: str, words: str | None) -> None:
    """Lena is on the subtab, with these words in her row; None: she is not there."""
    admin.open_tab(tab)
    expect(admin.page.locator("[aria-current=page]").filter(has_text=tab)).to_be_visible()
    admin.search_for("Lena")
    if words is None:
        expect(admin.page.get_by_role("heading", name="Nobody matches")).to_be_visible()
    else:
        expect(admin.row_of(LENA)).to_contain_text(words)


def expect_letter(page: Page, subject: re.Pattern[str], *words: str) -> None:
    """The newest letter to Lena has the subject, and each of the words in its text and in its HTML."""
    newest = page.get_by_role("row").filter(has_text="lena@meridian.example").first.get_by_role("link")
    for _ in range(60):  # the worker may take a few seconds to write it
        page.goto("/mailbox/")
        if newest.count() and subject.search(newest.inner_text()):
            break
        page.wait_for_timeout(500)
    newest.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(subject)
    for word in words:
        expect(page.get_by_role("region", name="Text")).to_contain_text(word)
        expect(page.frame_locator("iframe").locator("body")).to_contain_text(word)


def expect_assignment(learner: Person, due_on: date) -> None:
    learner.page.goto("/")
    expect(learner.bell).to_have_accessible_name("Notifications, 1 unread")
    learner.open_menu("Enroll")
    learner.choose("Assignments")
    expect(learner.entry_of(MESSAGE)).to_contain_text(in_words(due_on))


def complete_a_step(learner: Person) -> int:
    """Do the next step of the assignment that is on the page; how many are done with it."""
    learner.entry_of(MESSAGE).get_by_role("link").first.click()
    to_do = learner.page.get_by_role("button", name=re.compile("^Complete this step"))
    expect(to_do.first).to_be_visible()
    done = 6 - to_do.count() + 1
    to_do.first.click()
    expect(learner.page.get_by_text(f"{done} of 6 steps")).to_be_visible()
    return done


def remind(demo: Demo, due_on: date) -> None:
    """At 08:00 in New York, five days before the due day, and not a minute earlier."""
    moment = datetime.combine(due_on - timedelta(days=5), time(8), tzinfo=NEW_YORK).astimezone(UTC)
    before = letters_to_lena(demo)
    demo.manage("sweep", "--at", (moment - timedelta(minutes=1)).isoformat())
    assert letters_to_lena(demo) == before
    said = demo.manage("sweep", "--at", moment.isoformat())
    assert re.search(r"reminders queued [1-9]", said)
    assert letters_to_lena(demo) == before + 1


def letters_to_lena(demo: Demo) -> int:
    return sum(b"To: lena@meridian.example" in path.read_bytes() for path in (demo.data_dir / "mailbox").glob("*.eml"))


def expect_progress_without_assignment(learner: Person, steps_done: int) -> None:
    learner.open_menu("Enroll")
    learner.choose("Assignments")
    expect(learner.page.get_by_role("heading", level=1)).to_have_text("Assignments")
    expect(learner.entry_of(MESSAGE)).to_have_count(0)
    learner.open_menu("Enroll")
    learner.choose("Certifications")
    expect(learner.entry_of(MESSAGE)).to_contain_text("In progress")
    expect(learner.entry_of(MESSAGE).get_by_role("progressbar")).to_have_attribute("value", str(steps_done))


def expect_blank_in_the_report(admin: Person) -> None:
    admin.open_menu("Profile and Account Settings")
    admin.choose("Reports")
    expect(admin.page.get_by_role("heading", level=1)).to_have_text("Certification Progress")
    admin.search_for("Lena")
    expect(admin.page.get_by_role("rowheader")).to_have_count(1)
    row = admin.row_of("Brandt").filter(has_text=MESSAGE)
    headers = admin.page.get_by_role("columnheader").all_inner_texts()
    cells = row.get_by_role("rowheader").or_(row.get_by_role("cell")).all_text_contents()
    shown = {header.strip(): cell.strip() for header, cell in zip(headers, cells, strict=True)}
    assert shown["Enrollment Status"] == "In progress"
    assert (shown["Due Date"], shown["Assignment Name"]) == ("", "")


def in_words(day: date) -> str:
    return f"{day:%a} {day.day} {day:%B %Y}"
