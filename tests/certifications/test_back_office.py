"""The back office: catalogue, scope, training and enrolments, kept by the operator through the services."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Company, User
from certifications import services
from certifications.models import (
    Attendance,
    Certification,
    FastStartEnrollment,
    FastStartProgram,
    Step,
    TrainingSession,
)
from tests.back_office import opened, shown_in
from tests.factories import (
    CertificationFactory,
    CompanyFactory,
    FastStartProgramFactory,
    PersonFactory,
    TrainingSessionFactory,
    attend,
    complete,
    eligible_person,
    enroll,
)

ADMIN = "/admin/certifications"


@pytest.fixture
def office(client_of: Callable[[User], Client], operator: User) -> Client:
    return client_of(operator)


def words_of(response: Any) -> str:
    return " ".join(str(message) for message in response.context["messages"])


def current(person: User) -> list[str]:
    return [row.program.title for row in FastStartEnrollment.objects.current().filter(user=person)]


# Training


def session_form(session: TrainingSession, attendees: str = "") -> dict[str, object]:
    form = {"title": session.title, "held_on": session.held_on.isoformat(), "attendees": attendees}
    return form | {"attendances-TOTAL_FORMS": 0, "attendances-INITIAL_FORMS": 0}


def test_attendance_is_recorded_from_pasted_addresses(office: Client, rosa: User, sam: User, message) -> None:
    session = attend(sam, message.program)
    pasted = "Rosa Conti <Rosa@Meridian.example>;\n sam@harbor.example, rosa@meridian.example"
    response = office.post(f"{ADMIN}/trainingsession/{session.pk}/change/", session_form(session, pasted), follow=True)
    assert set(session.attendances.values_list("user", flat=True)) == {rosa.pk, sam.pk}
    assert "Attendance recorded: 1. Had been recorded before: 1." in words_of(response)


@pytest.mark.parametrize(
    "written",
    ["{}", "'{}'", '"{}"', "<{}>", "Pat O'Brien <{}>;", "'Pat' <'{}'>"],
)
def test_a_quote_within_an_address_is_read_as_a_part_of_it(office: Client, message, meridian, written: str) -> None:
    _, brien, darcy = (
        PersonFactory(company=meridian, email=f"{name}@acme.example") for name in ("brien", "o'brien", "d'arcy")
    )
    session = TrainingSessionFactory(program=message.program)
    pasted = f"{written.format(brien.email)};{darcy.email}"
    office.post(f"{ADMIN}/trainingsession/{session.pk}/change/", session_form(session, pasted))
    assert set(session.attendances.values_list("user", flat=True)) == {brien.pk, darcy.pk}


def test_one_unknown_address_holds_all_back_and_is_named(office: Client, rosa: User, message) -> None:
    session = TrainingSessionFactory(program=message.program)
    pasted = "rosa@meridian.example, nobody@meridian.example"
    page = office.post(f"{ADMIN}/trainingsession/{session.pk}/change/", session_form(session, pasted))
    assert "Nobody here has this email address: nobody@meridian.example." in page.content.decode()
    assert "rosa@meridian.example, nobody" in page.content.decode()
    assert not Attendance.objects.exists()


def test_a_new_session_is_recorded_with_its_attendees(office: Client, rosa: User, message) -> None:
    form = {"program": message.program.pk, "title": "Boston", "held_on": "2026-03-02", "attendees": rosa.email}
    form |= {"attendances-TOTAL_FORMS": 0, "attendances-INITIAL_FORMS": 0}
    assert office.post(f"{ADMIN}/trainingsession/add/", form).status_code == 302
    assert Attendance.objects.get().user == rosa


def test_a_session_stays_with_its_program(office: Client, lena: User, message, sale) -> None:
    session = lena.attendances.get().session
    form = session_form(session) | {"program": sale.program.pk}
    assert office.post(f"{ADMIN}/trainingsession/{session.pk}/change/", form).status_code == 302
    session.refresh_from_db()
    assert session.program == message.program


def test_everyone_who_attended_is_enrolled_after_a_question(office: Client, rosa: User, lena: User, message) -> None:
    session = attend(rosa, message.program)
    action = {"action": "enroll_attendees", "_selected_action": session.pk}
    assert "Enroll everyone who attended?" in office.post(f"{ADMIN}/trainingsession/", action).content.decode()
    assert current(rosa) == []
    response = office.post(f"{ADMIN}/trainingsession/", action | {"confirmed": "yes"}, follow=True)
    assert "Enrolled: 1. Enrolled already, or withdrawn meanwhile: 1." in words_of(response)
    assert current(rosa) == ["Message Foundations"]


def test_who_was_withdrawn_is_not_enrolled_with_the_others(office: Client, rosa: User, lena: User, message) -> None:
    attend(lena, message.program)
    session = attend(rosa, message.program)
    withdraw(office, lena.fast_start_enrollments.get())
    attend(lena, message.program)
    action = {"action": "enroll_attendees", "_selected_action": session.pk, "confirmed": "yes"}
    response = office.post(f"{ADMIN}/trainingsession/", action, follow=True)
    assert "Enrolled: 1. Withdrawn before, and left so: 1." in words_of(response)
    assert (current(rosa), current(lena)) == (["Message Foundations"], [])


def test_who_attended_twice_is_enrolled_once_in_each_program(office: Client, rosa: User, message, sale) -> None:
    sessions = [TrainingSessionFactory(program=each.program) for each in (message, message, sale)]
    for session in sessions:
        services.record_attendances(people=[rosa], session=session)
    action = {
        "action": "enroll_attendees",
        "_selected_action": [session.pk for session in sessions],
        "confirmed": "yes",
    }
    response = office.post(f"{ADMIN}/trainingsession/", action, follow=True)
    assert words_of(response) == "Enrolled: 2."
    assert sorted(current(rosa)) == sorted([message.program.title, sale.program.title])


# Enrolment


def enroll_in_office(office: Client, person: User, certification: Certification):
    form = {"user": person.pk, "program": certification.program_id}
    return office.post(f"{ADMIN}/faststartenrollment/add/", form, follow=True)


def test_who_attended_is_enrolled(office: Client, rosa: User, message) -> None:
    attend(rosa, message.program)
    assert "was added successfully" in words_of(enroll_in_office(office, rosa, message))
    assert current(rosa) == ["Message Foundations"]


def test_who_has_not_attended_is_refused_with_the_reason(office: Client, rosa: User, message) -> None:
    response = enroll_in_office(office, rosa, message)
    assert response.status_code == 200
    assert words_of(response) == "Rosa Conti has not attended the training for Message Foundations yet."
    assert not FastStartEnrollment.objects.exists()


def withdraw(office: Client, *rows: FastStartEnrollment, confirmed: bool = True):
    form = {"action": "withdraw", "_selected_action": [row.pk for row in rows]}
    return office.post(f"{ADMIN}/faststartenrollment/", form | ({"confirmed": "yes"} if confirmed else {}), follow=True)


def test_withdrawing_asks_first_and_says_what_is_kept(office: Client, lena: User) -> None:
    page = withdraw(office, lena.fast_start_enrollments.get(), confirmed=False).content.decode()
    assert "Progress is kept." in page
    assert "Lena Brandt" in page
    assert current(lena) == ["Message Foundations"]


def test_an_enrolment_is_withdrawn_once_and_can_be_revived(office: Client, lena: User, message) -> None:
    row = lena.fast_start_enrollments.get()
    assert "Withdrawn: 1." in words_of(withdraw(office, row))
    assert "Had been withdrawn before: 1." in words_of(withdraw(office, row))
    assert current(lena) == []
    revived = enroll_in_office(office, lena, message)
    assert "was added successfully" in words_of(revived)
    assert current(lena) == ["Message Foundations"]


# Catalogue and scope


def certification_form(certification: Certification, companies: list[Any], rows: list[tuple]) -> dict[str, Any]:
    """`rows`: (step or None, place, title, whether to take it out)."""
    form: dict[str, Any] = {"title": certification.title, "slug": certification.slug, "description": ""}
    form |= {"program": certification.program_id, "scope": [company.pk for company in companies]}
    form |= {"steps-TOTAL_FORMS": len(rows), "steps-INITIAL_FORMS": sum(row[0] is not None for row in rows)}
    for number, (step, place, title, takes_out) in enumerate(rows):
        form[f"steps-{number}-id"] = step.pk if step else ""
        form[f"steps-{number}-certification"] = certification.pk or ""
        form |= {f"steps-{number}-place": place, f"steps-{number}-title": title, f"steps-{number}-description": ""}
        form |= {f"steps-{number}-DELETE": "on"} if takes_out else {}
    return form


def titles(certification: Certification) -> list[str]:
    return list(certification.steps.order_by("position").values_list("title", flat=True))


def test_a_certification_is_made_with_steps_and_scope(office: Client, meridian, solo) -> None:
    new = Certification(title="Value Negotiation", slug="value-negotiation", program=FastStartProgramFactory())
    rows = [(None, 2, "Trade, not give", False), (None, 1, "Prepare", False), (None, "", "Close", False)]
    response = office.post(f"{ADMIN}/certification/add/", certification_form(new, [meridian, solo], rows))
    assert response.status_code == 302, response.context["errors"]
    made = Certification.objects.get(slug="value-negotiation")
    assert titles(made) == ["Prepare", "Trade, not give", "Close"]
    assert set(made.companies.all()) == {meridian, solo}


def test_steps_change_places_texts_and_number_at_once(office: Client, meridian) -> None:
    certification = CertificationFactory(steps=3)
    one, two, three = certification.steps.order_by("position")
    rows = [(one, 2, "One", False), (two, 1, "Step 2", False), (three, 3, "Step 3", True), (None, "", "Four", False)]
    address = f"{ADMIN}/certification/{certification.pk}/change/"
    assert office.post(address, certification_form(certification, [meridian], rows)).status_code == 302
    assert titles(certification) == ["Step 2", "One", "Four"]
    assert set(certification.companies.all()) == {meridian}


def test_a_step_that_somebody_has_done_is_not_taken_out(office: Client, meridian) -> None:
    certification = CertificationFactory(steps=2, companies=[meridian])
    complete(eligible_person(certification, meridian), certification, steps=1)
    one, two = certification.steps.order_by("position")
    rows = [(one, 1, "Step 1", True), (two, 2, "Step 2", False)]
    address = f"{ADMIN}/certification/{certification.pk}/change/"
    assert (
        "Please correct" in office.post(address, certification_form(certification, [meridian], rows)).content.decode()
    )
    assert titles(certification) == ["Step 1", "Step 2"]


def test_an_old_page_leaves_the_scope_and_the_steps_of_now(office: Client, message, meridian, harbor, solo) -> None:
    page = f"{ADMIN}/certification/{message.pk}/change/"
    services.put_in_scope(company=solo, certification=message)
    form = opened(office, page)
    services.take_out_of_scope(company=solo, certification=message)
    services.put_in_scope(company=harbor, certification=message)
    *rest, last = message.steps.order_by("position")
    services.arrange_steps(certification=message, steps=[last, *rest])
    assert office.post(page, form | {"description": "All of it."}).status_code == 302
    message.refresh_from_db()
    assert message.description == "All of it."
    assert set(message.companies.all()) == {meridian, harbor}
    assert titles(message)[0] == last.title


def test_an_old_page_that_changes_a_step_leaves_their_order(office: Client, message) -> None:
    page = f"{ADMIN}/certification/{message.pk}/change/"
    form = opened(office, page)
    *rest, last = message.steps.order_by("position")
    services.arrange_steps(certification=message, steps=[last, *rest])
    office.post(page, form | {"steps-0-description": "In one sentence."})
    assert titles(message) == [last.title, *(step.title for step in rest)]
    assert message.steps.get(description="In one sentence.").title == "Step 1"


def test_what_was_ticked_beside_an_error_counts_once_it_is_mended(office: Client, message, meridian, solo) -> None:
    message.companies.clear()
    page = f"{ADMIN}/certification/{message.pk}/change/"
    refused = office.post(page, opened(office, page) | {"scope": [meridian.pk, solo.pk], "title": ""})
    mended = shown_in(refused) | {"title": message.title}
    assert office.post(page, mended).status_code == 302
    assert set(message.companies.all()) == {meridian, solo}


def test_a_page_of_the_version_before_unticks_too(office: Client, message, meridian, solo) -> None:
    page = f"{ADMIN}/certification/{message.pk}/change/"
    old = {name: value for name, value in opened(office, page).items() if not name.startswith("initial-")}
    office.post(page, old | {"scope": [solo.pk]})
    assert set(message.companies.all()) == {solo}


def test_scope_is_ticked_and_unticked(office: Client, message, meridian, solo) -> None:
    page = f"{ADMIN}/certification/{message.pk}/change/"
    office.post(page, opened(office, page) | {"scope": [solo.pk]})
    assert set(message.companies.all()) == {solo}


def test_a_certification_of_very_many_companies_can_be_saved(office: Client, message) -> None:
    companies = Company.objects.bulk_create(CompanyFactory.build_batch(600))
    for company in companies:
        services.put_in_scope(company=company, certification=message)
    page = f"{ADMIN}/certification/{message.pk}/change/"
    assert office.post(page, opened(office, page) | {"description": "All of it."}).status_code == 302
    assert message.companies.count() == 602


def test_the_prerequisite_is_settled_when_the_certification_is_made(office: Client, message, sale) -> None:
    rows = [(step, step.position, step.title, False) for step in message.steps.order_by("position")]
    form = certification_form(message, list(message.companies.all()), rows) | {"program": sale.program_id}
    assert office.post(f"{ADMIN}/certification/{message.pk}/change/", form).status_code == 302
    before = message.program
    message.refresh_from_db()
    assert message.program == before


def test_a_program_is_made_and_changed(office: Client) -> None:
    office.post(f"{ADMIN}/faststartprogram/add/", {"title": "Negotiation", "slug": "negotiation", "description": ""})
    program = FastStartProgram.objects.get(slug="negotiation")
    changed = {"title": "Negotiation Essentials", "slug": "negotiation", "description": ""}
    office.post(f"{ADMIN}/faststartprogram/{program.pk}/change/", changed)
    program.refresh_from_db()
    assert program.title == "Negotiation Essentials"


@pytest.mark.parametrize("model", ["certification", "faststartprogram", "trainingsession", "faststartenrollment"])
def test_nothing_is_deleted(office: Client, lena: User, model: str) -> None:
    rows = {
        "certification": Certification,
        "faststartprogram": FastStartProgram,
        "trainingsession": TrainingSession,
        "faststartenrollment": FastStartEnrollment,
    }[model].objects
    assert office.post(f"{ADMIN}/{model}/{rows.first().pk}/delete/", {"post": "yes"}).status_code == 403
    assert "delete_selected" not in office.get(f"{ADMIN}/{model}/").content.decode()


@pytest.mark.parametrize("model", ["certification", "faststartprogram", "trainingsession", "faststartenrollment"])
def test_twenty_rows_cost_no_more_queries_than_two(office: Client, lena: User, sale, model: str) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert office.get(f"{ADMIN}/{model}/").status_code == 200
        return len(captured)

    enroll(PersonFactory(), sale.program)
    queries()
    with_two = queries()
    for _ in range(18):
        certification = CertificationFactory()
        enroll(PersonFactory(), certification.program)
    assert queries() == with_two


def test_a_sessions_page_costs_the_same_for_twenty_attendees_as_for_two(office: Client, lena: User, rosa: User) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert office.get(f"{ADMIN}/trainingsession/{session.pk}/change/").status_code == 200
        return len(captured)

    session = attend(rosa, FastStartProgram.objects.get())
    queries()
    with_two = queries()
    for _ in range(18):
        attend(PersonFactory(company=rosa.company), session.program)
    assert queries() == with_two


def test_steps_have_no_page_of_their_own(office: Client) -> None:
    assert office.get(f"{ADMIN}/step/").status_code == 404
    assert Step.objects.count() == 0
