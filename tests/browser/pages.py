"""Every page of the three people, in every state that has its own look."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from playwright.sync_api import Page, expect

from ascender.demo.history import known_op_id

LIST = "/team/assignments/certifications/"
MESSAGE = f"{LIST}command-of-the-message/"
SALE = f"{LIST}command-of-the-sale/"
UPCOMING = "/team/assignments/upcoming/"
REMINDERS = "/team/assignments/reminders/"
MANAGERS = "/team/assignments/messages-to-managers/"
OPERATIONS = "/team/assignments/operations/"
REPORT = "/reports/certification-progress/"
NOWHERE = "/there-is-no-such-page/"
#: In the demo: one was reminded today, by an email that still waits; the other was assigned by mistake first.
WAITING, TAKEN_BACK = "arjun.mehta@meridian.example", "terrence.rollins@meridian.example"

OWN = [
    "/",
    "/enroll/assignments/",
    "/enroll/certifications/",
    "/enroll/certifications/command-of-the-message/",
    "/enroll/certifications/value-negotiation/",
    "/enroll/fast-start-programs/",
    "/notifications/",
    "/account/profile/",
    "/account/settings/",
    "/accounts/email/",
    "/accounts/password/change/",
    NOWHERE,
]
TEAM = [
    LIST,
    f"{MESSAGE}assigned/",
    f"{MESSAGE}assigned/?sort=-due&page=2",
    f"{MESSAGE}eligible/",
    f"{MESSAGE}eligible/?q=lena",
    f"{MESSAGE}eligible/?q=nobody-is-called-this",
    f"{MESSAGE}not-eligible/",
    f"{MESSAGE}assigned/?operation={known_op_id('reminded')}",
    f"{MESSAGE}assigned/?operation={known_op_id('sent-again')}",
    f"/team/assignments/operations/{known_op_id('reminded-today')}/",
    f"{MESSAGE}assigned/?delivery=failed",
    f"{MESSAGE}assigned/?delivery=failed&q=nobody-is-called-this",
    f"{MESSAGE}assigned/?due=overdue&status=in_progress&open=manager",
    f"{MESSAGE}eligible/?region=EMEA&enrolled_from=2020-01-01&open=area",
    f"{MESSAGE}not-eligible/?reason=training&region=Atlantis",
]
TOLD_AND_DONE = [
    UPCOMING,
    f"{UPCOMING}?page=2&size=50",
    f"{UPCOMING}?to=managers",
    f"{UPCOMING}?q=nobody-is-called-this",
    MANAGERS,
    f"{MANAGERS}?delivery=failed",
    f"{MANAGERS}?q=nobody-is-called-this",
    REMINDERS,
    OPERATIONS,
    f"{OPERATIONS}?kind=assign&kind=deactivation&page=2",
    f"{OPERATIONS}?q=nobody-is-called-this",
    f"{OPERATIONS}{known_op_id('reminders')}/",
    f"{OPERATIONS}{known_op_id('reminded')}/?show=skipped",
    f"{OPERATIONS}{known_op_id('priya.raghunathan@meridian.example:command-of-the-sale')}/take-back/",
    f"{OPERATIONS}{known_op_id('reminded')}/take-back/",
]
REPORTS = [REPORT, f"{REPORT}?q=nobody-is-called-this"]
DOORS = ["/accounts/login/", "/accounts/password/reset/", "/mailbox/"]


def open_assign_dialog(page: Page) -> None:
    """For whoever may assign; nothing is assigned by opening it."""
    page.goto(f"{LIST}value-negotiation/eligible/")
    page.get_by_role("checkbox").nth(1).check()
    page.get_by_role("button", name="Assign", exact=True).click()
    expect(page.get_by_role("dialog")).to_be_visible()


def goto_unticked(page: Page, path: str) -> None:
    """What was ticked before stays ticked, so it is forgotten first."""
    page.goto(path)
    page.evaluate("sessionStorage.clear()")
    page.reload()


def open_actions(page: Page) -> None:
    goto_unticked(page, f"{MESSAGE}assigned/")
    page.get_by_role("checkbox").nth(1).check()
    page.locator("summary").filter(has_text="Actions").click()


def open_unassign_dialog(page: Page) -> None:
    open_actions(page)
    page.get_by_role("button", name="Unassign", exact=True).click()
    expect(page.get_by_role("dialog")).to_be_visible()


def open_due_date_dialog(page: Page) -> None:
    open_actions(page)
    page.get_by_role("button", name="Change due date").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def open_due_date_rehearsal(page: Page) -> None:
    """Days before and after, and whoever stays as they are, which comes while the form is filled in."""
    goto_unticked(page, f"{MESSAGE}assigned/?sort=-due")
    page.get_by_role("checkbox").first.check()
    page.locator("summary").filter(has_text="Actions").click()
    page.get_by_role("button", name="Change due date").click()
    page.get_by_label("Move each by some days").check()
    page.get_by_label("Days later").fill("7")
    expect(page.get_by_role("columnheader", name="Due then")).to_be_visible()
    expect(page.get_by_role("heading", name="stay as they are")).to_be_visible()


def open_refusal(page: Page) -> None:
    page.goto(f"{MESSAGE}eligible/")
    page.get_by_role("button", name="Assign", exact=True).click()
    expect(page.get_by_role("dialog")).to_be_visible()


def open_preview(page: Page) -> None:
    """By address, as the dialog leads to it in a window of its own; a day far away leaves room for every email."""
    page.goto(f"{LIST}value-negotiation/eligible/")
    person = page.get_by_role("checkbox").nth(1).get_attribute("value")
    page.goto(f"{LIST}value-negotiation/learners/{person}/preview/?due_on=2090-03-09", wait_until="networkidle")


def open_filter(page: Page) -> None:
    page.goto(f"{MESSAGE}assigned/")
    page.locator("#filter-delivery summary").click()
    expect(page.locator("#filter-delivery .asc-filter__n").first).to_be_visible()


def open_selected(page: Page) -> None:
    """Two of one page and one of the next, to look at and trim."""
    goto_unticked(page, f"{MESSAGE}assigned/")
    for row in (1, 2):
        page.get_by_role("checkbox").nth(row).check()
    page.locator("#page-next").click()
    expect(page.locator("[data-asc-count]")).to_have_text("2 selected, 0 on this page")
    page.get_by_role("checkbox").nth(1).check()
    page.locator("[data-asc-selected] > summary").click()
    expect(page.locator("[data-asc-selected] label")).to_have_count(3)


def select_all(page: Page) -> None:
    page.goto(f"{MESSAGE}assigned/?status=not_started&status=in_progress&status=completed")
    page.get_by_role("checkbox", name="Select all on this page").check()
    page.get_by_role("checkbox", name="that match").check()
    expect(page.locator("[data-asc-count]")).to_have_text(re.compile(r"All \d+ selected"))


def open_dialog_of_all(page: Page) -> None:
    select_all(page)
    page.locator("summary").filter(has_text="Actions").click()
    page.get_by_role("button", name="Change due date").click()
    expect(page.get_by_role("dialog")).to_contain_text("All who match Status: Not started")


def _choose(page: Page, action: str, path: str) -> None:
    """The dialog of an action for the first person of a list."""
    goto_unticked(page, path)
    page.get_by_role("checkbox").nth(1).check()
    page.locator("summary").filter(has_text="Actions").click()
    page.get_by_role("button", name=action, exact=True).click()
    expect(page.get_by_role("dialog")).to_be_visible()


def open_remind_now_dialog(page: Page) -> None:
    _choose(page, "Remind now", f"{MESSAGE}assigned/")


def open_remind_now_again(page: Page) -> None:
    """Everybody selected was reminded on the day on which the demo was filled, unless it is past midnight since."""
    _choose(page, "Remind now", f"{MESSAGE}assigned/?q={WAITING}")
    expect(page.get_by_role("heading", name=re.compile("^(Nobody to remind|Remind 1 person now)$"))).to_be_visible()


def open_send_again_dialog(page: Page) -> None:
    _choose(page, "Send again", f"{MESSAGE}assigned/?delivery=failed")


def open_nothing_to_send_again(page: Page) -> None:
    _choose(page, "Send again", f"{MESSAGE}assigned/")
    expect(page.get_by_role("heading", name="No email to send again")).to_be_visible()


def open_ledger(page: Page) -> None:
    """With what is still to come, and with an email as it went out."""
    page.goto(f"{MESSAGE}assigned/")
    page.get_by_role("link", name="messages to").first.click()
    page.locator("details.asc-letter summary").first.click()


def open_message_to_a_manager(page: Page) -> None:
    page.goto(MANAGERS)
    for number in (0, 1):
        page.locator("details.asc-letter summary").nth(number).click()
    expect(page.get_by_role("region", name="The email as it went out")).to_have_count(2)


def open_ledger_of_what_failed(page: Page) -> None:
    page.goto(f"{MESSAGE}assigned/?delivery=failed")
    page.get_by_role("link", name="Failed").first.click()
    expect(page.get_by_role("button", name="Send again")).to_be_visible()


def open_ledger_of_what_waits(page: Page) -> None:
    page.goto(f"{MESSAGE}assigned/?q={WAITING}")
    page.get_by_role("link", name="messages to").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Messages to Arjun Mehta")


def open_ledger_of_what_was_taken_back(page: Page) -> None:
    page.goto(f"{MESSAGE}assigned/?q={TAKEN_BACK}")
    page.get_by_role("link", name="messages to").first.click()
    expect(page.get_by_text("Not sent")).to_be_visible()


def open_ledger_of_what_was_switched_off(page: Page) -> None:
    page.goto(f"{SALE}assigned/?delivery=off&due=overdue")
    page.get_by_role("link", name="Switched off").first.click()
    expect(page.get_by_text("had switched these emails off").first).to_be_visible()


def _open_off_link(page: Page) -> None:
    """The one in an email that the ledger shows as it went out."""
    page.goto(re.findall(r"/notifications/off/[^/]+/", page.content())[-1])


def open_off_link(page: Page) -> None:
    """Opened, and not pressed."""
    page.goto(f"{SALE}assigned/?due=overdue")
    page.get_by_role("link", name="Overdue notice sent").first.click()
    _open_off_link(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Switch off emails")


def open_off_link_of_what_is_off(page: Page) -> None:
    open_ledger_of_what_was_switched_off(page)
    _open_off_link(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Emails switched off")


def _save_reminders(page: Page) -> None:
    page.get_by_role("button", name="Save reminders").click()
    page.wait_for_load_state()


def open_reminder_errors(page: Page) -> None:
    page.goto(REMINDERS)
    page.get_by_label("Days before the due date").fill("400")
    page.get_by_label("Days after the due date", exact=True).fill("5, 5")
    _save_reminders(page)
    expect(page.get_by_text("Write each day once.")).to_be_visible()


def open_saved_reminders(page: Page) -> None:
    """As they are, so that nothing is another way afterwards."""
    page.goto(REMINDERS)
    _save_reminders(page)
    expect(page.get_by_text("Saved.")).to_be_visible()


def open_reminders_changed_meanwhile(page: Page) -> None:
    page.goto(REMINDERS)
    page.locator("[name=seen]").evaluate("field => { field.value = '7|'; }")
    _save_reminders(page)
    expect(page.get_by_role("alert")).to_contain_text("after you opened this page")


def open_bell(page: Page) -> None:
    page.goto("/")
    page.locator("summary[aria-label^=Notifications]").click()
    expect(page.locator("#bell :is(li, p)").first).to_be_visible()


def open_account_menu(page: Page) -> None:
    page.goto("/")
    page.locator("summary[aria-label^='Profile and Account Settings']").click()


MENUS = [open_bell, open_account_menu]
DIALOGS = [
    open_assign_dialog,
    open_actions,
    open_filter,
    open_selected,
    select_all,
    open_dialog_of_all,
    open_unassign_dialog,
    open_due_date_dialog,
    open_due_date_rehearsal,
    open_refusal,
    open_preview,
    open_remind_now_dialog,
    open_remind_now_again,
    open_send_again_dialog,
    open_nothing_to_send_again,
    open_ledger,
    open_message_to_a_manager,
    open_ledger_of_what_failed,
    open_ledger_of_what_waits,
    open_ledger_of_what_was_taken_back,
    open_ledger_of_what_was_switched_off,
    open_off_link,
    open_off_link_of_what_is_off,
    open_reminder_errors,
    open_saved_reminders,
    open_reminders_changed_meanwhile,
]


@dataclass(frozen=True)
class Visitor:
    """Somebody with some of the pages that are theirs; nobody logged in has no email."""

    name: str
    email: str
    paths: list[str]
    openings: list[Callable[[Page], None]] = field(default_factory=list)
    #: Looked at because it is not there, or not theirs.
    refused: tuple[str, ...] = (NOWHERE,)


ADA = "ada@meridian.example"
VISITORS = [
    # In parts, which can be looked at by several at the same time.
    Visitor("Ada", ADA, OWN + REPORTS, MENUS),
    Visitor("Ada assigning", ADA, TEAM),
    Visitor("Ada looking back and ahead", ADA, TOLD_AND_DONE),
    Visitor("Ada in some dialogs", ADA, [], DIALOGS[:11]),
    Visitor("Ada in the others", ADA, [], DIALOGS[11:]),
    # What looks otherwise for a manager; the rest of his pages are Lena's.
    Visitor(
        "Max", "max@meridian.example", ["/", "/enroll/assignments/", "/notifications/", REPORT, LIST], MENUS, (LIST,)
    ),
    Visitor("Lena", "lena@meridian.example", [*OWN, REPORT], MENUS, (NOWHERE, REPORT)),
    # Where every email has arrived, and managers are told nothing.
    Visitor(
        "Sam", "sam@harbor.example", [f"{MESSAGE}assigned/?delivery=failed", f"{UPCOMING}?to=managers", MANAGERS], MENUS
    ),
    Visitor("nobody", "", DOORS),
]
