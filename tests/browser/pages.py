"""Every page of the three people, in every state that has its own look."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Page, expect

LIST = "/team/assignments/certifications/"
MESSAGE = f"{LIST}command-of-the-message/"
REPORT = "/reports/certification-progress/"

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
    "/there-is-no-such-page/",
]
TEAM = [
    LIST,
    f"{MESSAGE}assigned/",
    f"{MESSAGE}assigned/?sort=-due&page=2",
    f"{MESSAGE}eligible/",
    f"{MESSAGE}eligible/?q=lena",
    f"{MESSAGE}eligible/?q=nobody-is-called-this",
    f"{MESSAGE}not-eligible/",
]
REPORTS = [REPORT, f"{REPORT}?q=nobody-is-called-this"]
DOORS = ["/accounts/login/", "/accounts/password/reset/", "/mailbox/"]


@dataclass(frozen=True)
class Visitor:
    """Somebody with the pages that are theirs; nobody logged in has no email."""

    name: str
    email: str
    paths: list[str]
    may_assign: bool = False


VISITORS = [
    Visitor("Ada", "ada@meridian.example", OWN + TEAM + REPORTS, may_assign=True),
    # What looks otherwise for a manager; the rest of his pages are Lena's.
    Visitor("Max", "max@meridian.example", ["/", "/enroll/assignments/", "/notifications/", REPORT, LIST]),
    Visitor("Lena", "lena@meridian.example", [*OWN, REPORT]),
    Visitor("nobody", "", DOORS),
]


def open_assign_dialog(page: Page) -> None:
    """For whoever may assign; nothing is assigned by opening it."""
    page.goto(f"{LIST}value-negotiation/eligible/")
    page.get_by_role("checkbox").nth(1).check()
    page.get_by_role("button", name="Assign", exact=True).click()
    expect(page.get_by_role("dialog")).to_be_visible()


def open_actions(page: Page) -> None:
    page.goto(f"{MESSAGE}assigned/")
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


def open_refusal(page: Page) -> None:
    page.goto(f"{MESSAGE}eligible/")
    page.get_by_role("button", name="Assign", exact=True).click()
    expect(page.get_by_role("dialog")).to_be_visible()


def open_bell(page: Page) -> None:
    page.goto("/")
    page.locator("summary[aria-label^=Notifications]").click()


def open_account_menu(page: Page) -> None:
    page.goto("/")
    page.locator("summary[aria-label^='Profile and Account Settings']").click()


MENUS = [open_bell, open_account_menu]
DIALOGS = [open_assign_dialog, open_actions, open_unassign_dialog, open_due_date_dialog, open_refusal]
