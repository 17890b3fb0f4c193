"""Enroll → Certifications, a certification's page, Fast Start Programs: what a learner sees and does there."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from certifications import services
from certifications.models import Certification, StepCompletion
from tests.factories import CertificationFactory, PersonFactory, attend, complete, enroll

ClientOf = Callable[[User], Client]

LIST = "/enroll/certifications/"
PAGE = "/enroll/certifications/command-of-the-message/"
PROGRAMS = "/enroll/fast-start-programs/"


def main_of(page: str) -> str:
    """What a reader sees between the bars, as one line of words."""
    main = page.partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


@pytest.fixture
def browser(client_of: ClientOf, lena: User) -> Client:
    return client_of(lena)


def read(browser: Client, path: str) -> str:
    response = browser.get(path)
    assert response.status_code == 200
    return main_of(response.content.decode())


def do(browser: Client, certification: Certification, position: int):
    step = certification.steps.get(position=position)
    return browser.post(f"/enroll/certifications/{certification.slug}/steps/{step.pk}/")


def test_everything_in_scope_is_listed_with_what_is_missing(browser: Client, sale: Certification) -> None:
    seen = read(browser, LIST)
    to_do, not_open = seen.split("Not open to you yet")
    assert "Command of the Message" in to_do
    assert "Not started" in to_do
    assert "0 of 6 steps" in to_do
    assert "Command of the Sale Prerequisite: Sale Foundations Has not attended the training" in not_open


def test_what_is_missing_changes_with_what_was_done(browser: Client, lena: User, sale: Certification) -> None:
    attend(lena, sale.program)
    assert "Attended, but not enrolled in the Fast Start Program" in read(browser, LIST)
    enroll(lena, sale.program)
    assert "Not open to you yet" not in read(browser, LIST)


def test_progress_is_kept_and_shown_without_any_assignment(browser: Client, lena: User, message) -> None:
    complete(lena, message, steps=2)
    services.withdraw(person=lena, program=message.program, by=None, at=datetime(2027, 1, 1, tzinfo=UTC))
    assert "Command of the Message Started on Mon 2 February 2026 In progress 2 of 6 steps" in read(browser, LIST)


def test_another_companys_certifications_are_not_there(client_of: ClientOf, sam: User, message, sale) -> None:
    seen = read(client_of(sam), LIST)
    assert "Command of the Message" in seen
    assert "Command of the Sale" not in seen


def test_a_company_without_certifications_is_told_so(client_of: ClientOf, cora: User) -> None:
    assert "No certifications yet" in read(client_of(cora), LIST)
    assert "No Fast Start Programs yet" in read(client_of(cora), PROGRAMS)


def test_a_step_is_completed_and_the_page_says_so(browser: Client, message: Certification) -> None:
    response = do(browser, message, 1)
    step = message.steps.get(position=1)
    assert response["Location"] == f"{PAGE}?completed={step.pk}"
    page = browser.get(response["Location"]).content.decode()
    assert "<h2 data-asc-focus" in page
    assert "“Step 1” is done 5 steps to go." in main_of(page)


def test_pressing_twice_does_it_once_and_says_the_same(browser: Client, message: Certification) -> None:
    assert do(browser, message, 1)["Location"] == do(browser, message, 1)["Location"]
    assert StepCompletion.objects.count() == 1


def test_the_last_step_completes_the_certification(browser: Client, lena: User, message: Certification) -> None:
    complete(lena, message, steps=5)
    page = browser.get(do(browser, message, 6)["Location"]).content.decode()
    assert "You have completed Command of the Message" in main_of(page)
    assert "Complete this step" not in page


def test_an_older_page_does_not_call_its_step_the_last_one(browser: Client, lena: User, message: Certification) -> None:
    first = do(browser, message, 1)["Location"]
    complete(lena, message, at=timezone.now())
    page = read(browser, first)
    assert "“Step 1” is done" in page
    assert "last step" not in page
    assert "to go" not in page


def test_a_step_that_was_added_later_is_one_of_those_to_go(browser: Client, lena: User, message: Certification) -> None:
    complete(lena, message)
    for position in (7, 8):
        message.steps.create(position=position, title=f"Step {position}")
    assert "“Step 7” is done 1 step to go." in read(browser, do(browser, message, 7)["Location"])
    assert "“Step 8” was the last step. Well done." in read(browser, do(browser, message, 8)["Location"])


def test_the_banner_speaks_only_of_what_i_have_done(browser: Client, message: Certification) -> None:
    step = message.steps.get(position=1)
    for asked in (step.pk, "x", "999999999999999999999"):
        assert "is done" not in read(browser, f"{PAGE}?completed={asked}")


def test_who_may_not_yet_sees_the_steps_the_reason_and_no_button(client_of: ClientOf, rosa: User, message) -> None:
    page = client_of(rosa).get(PAGE).content.decode()
    assert "Has not attended the training" in page
    assert "Step 6" in page
    assert "Complete this step" not in page


def test_who_may_not_yet_is_refused_with_the_reason(client_of: ClientOf, rosa: User, message) -> None:
    browser = client_of(rosa)
    assert do(browser, message, 1)["Location"] == PAGE
    assert "opens once you are enrolled in Message Foundations" in read(browser, PAGE)
    assert not StepCompletion.objects.exists()


def test_a_certification_out_of_scope_looks_like_one_that_does_not_exist(client_of: ClientOf, sam: User, sale) -> None:
    browser = client_of(sam)
    enroll(sam, sale.program)
    strange = browser.get("/enroll/certifications/command-of-the-sale/")
    unknown = browser.get("/enroll/certifications/no-such-thing/")
    assert (strange.status_code, unknown.status_code) == (404, 404)
    assert do(browser, sale, 1).status_code == 404
    assert not StepCompletion.objects.exists()


def test_a_step_of_another_certification_is_unknown(browser: Client, lena: User, message, sale) -> None:
    enroll(lena, sale.program)
    step = sale.steps.first()
    assert browser.post(f"/enroll/certifications/{message.slug}/steps/{step.pk}/").status_code == 404


def test_opening_the_address_of_a_press_leads_to_the_steps_and_completes_none(browser: Client, message) -> None:
    """Who was logged out meanwhile arrives there by logging in again."""
    step = message.steps.first()
    response = browser.get(f"/enroll/certifications/{message.slug}/steps/{step.pk}/")
    assert (response.status_code, response.get("Location")) == (302, PAGE)
    assert "Nothing was changed. If you pressed a button before you logged in" in read(browser, PAGE)
    assert "Nothing was changed" not in read(browser, PAGE)
    assert browser.get(f"/enroll/certifications/{message.slug}/steps/999999/").status_code == 404
    assert not StepCompletion.objects.exists()


def test_my_programs_come_with_the_day_and_the_others_with_what_is_missing(browser: Client, sale) -> None:
    mine, others = read(browser, PROGRAMS).split("Other programs")
    assert "Message Foundations Enrolled since Mon 19 January 2026 Opened Command of the Message" in mine
    assert "Sale Foundations Has not attended the training" in others
    assert "Opens Command of the Sale" in others


def test_a_program_of_mine_is_there_though_nothing_that_it_opens_is_in_scope(
    client_of: ClientOf, sam: User, lena: User, message: Certification, sale: Certification
) -> None:
    """Sale exists for Meridian alone; Sam of Harbor is enrolled in its program, a colleague has only attended."""
    enroll(sam, sale.program)
    colleague = PersonFactory(company=sam.company)
    attend(colleague, sale.program)
    mine, others = read(client_of(sam), PROGRAMS).split("Other programs")
    assert mine.rstrip().endswith("My programs Sale Foundations Enrolled since Mon 19 January 2026")
    assert "Message Foundations" in others
    assert "Sale" not in read(client_of(colleague), PROGRAMS)
    services.withdraw(person=sam, program=sale.program, by=None, at=timezone.now())
    assert "Sale" not in read(client_of(sam), PROGRAMS)


def test_days_are_the_companys_days(client_of: ClientOf, sam: User, message) -> None:
    """21:00 UTC is the next morning in Auckland."""
    enroll(sam, message.program, at=datetime(2026, 6, 1, 21, 0, tzinfo=UTC))
    assert "Enrolled since Tue 2 June 2026" in read(client_of(sam), PROGRAMS)


@pytest.mark.parametrize("path", [LIST, PAGE, PROGRAMS])
def test_strangers_and_operators_are_answered_as_the_access_table_says(
    client: Client, client_of: ClientOf, operator: User, message, path: str
) -> None:
    assert client.get(path)["Location"] == f"/accounts/login/?next={path}"
    assert client_of(operator).get(path).status_code == 404


def test_a_plan_without_assignments_still_has_enroll(client_of: ClientOf, cora: User, message) -> None:
    services.put_in_scope(company=cora.company, certification=message)
    enroll(cora, message.program)
    browser = client_of(cora)
    assert do(browser, message, 1).status_code == 302
    assert StepCompletion.objects.count() == 1


@pytest.mark.parametrize("path", [LIST, PROGRAMS])
def test_twenty_rows_cost_no_more_queries_than_two(browser: Client, meridian, message, sale, path: str) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            browser.get(path)
        return len(captured)

    queries()
    with_two = queries()
    for _ in range(18):
        CertificationFactory(companies=[meridian])
    assert queries() == with_two


@pytest.mark.parametrize("path", [LIST, PAGE, PROGRAMS])
def test_each_page_has_one_heading_of_the_first_order(browser: Client, message, path: str) -> None:
    assert browser.get(path).content.decode().count("<h1") == 1
