"""What happens to people and companies: the services, their refusals beside their successes."""

from __future__ import annotations

from datetime import datetime

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.forms import model_to_dict

from accounts import departures, services
from accounts.errors import RefusedChange
from accounts.models import Company, User
from tests.factories import PASSWORD, CompanyFactory, PersonFactory


def create(company: Company, **fields: object) -> User:
    return services.create_person(
        company=company, email="New.Hire@Meridian.example ", first_name="Noor", last_name="Hire", **fields
    )


def test_an_invited_person_is_waiting_and_can_be_found_by_the_login(meridian: Company) -> None:
    person = create(meridian)
    assert (person.status, person.email, person.is_active) == ("waiting", "new.hire@meridian.example", True)
    assert not person.has_usable_password()
    assert EmailAddress.objects.filter(user=person, email=person.email, primary=True, verified=True).exists()


def test_the_people_of_the_tests_are_what_the_service_makes(meridian: Company) -> None:
    """Two of one name, in all but the key, the login and the salt of the password, and all that hangs on them."""
    made = services.create_person(
        company=meridian, email="a@x.example", first_name="Noor", last_name="Hire", status="active", password=PASSWORD
    )
    written = PersonFactory(company=meridian, email="b@x.example", first_name="Noor", last_name="Hire")
    for person in (made, written):
        person.refresh_from_db()
        assert person.check_password(PASSWORD)
    own = {"id", "email", "password"}
    assert model_to_dict(written, exclude=own) == model_to_dict(made, exclude=own)
    assert [address(written), address(made)] == [("b@x.example", True, True), ("a@x.example", True, True)]


def address(person: User) -> tuple[str, bool, bool]:
    found = EmailAddress.objects.get(user=person)
    return found.email, found.primary, found.verified


def test_a_person_cannot_be_made_to_report_to_another_company(meridian: Company, sam: User) -> None:
    with pytest.raises(RefusedChange, match="same company"):
        create(meridian, reports_to=sam)
    assert not User.objects.filter(first_name="Noor").exists()


def test_a_person_needs_a_company_and_an_operator_has_none(meridian: Company, operator: User) -> None:
    assert (operator.company, operator.is_staff) == (None, True)
    with pytest.raises(ValidationError, match="belongs to a company"):
        services.create_operator(
            email="o2@ascender.example", password=None, first_name="O", last_name="P", company=meridian
        )


def test_a_manager_is_changed_and_taken_away(lena: User, max: User) -> None:
    services.change_manager(person=lena, manager=max)
    lena.refresh_from_db()
    assert lena.reports_to == max
    services.change_manager(person=lena, manager=None)
    lena.refresh_from_db()
    assert lena.reports_to is None


def test_a_circle_is_refused_with_the_names(lena: User, max: User) -> None:
    with pytest.raises(RefusedChange, match="Lena Brandt reports to Max Okafor; that would be a circle"):
        services.change_manager(person=max, manager=lena)
    max.refresh_from_db()
    assert max.reports_to is None


def test_nobody_reports_to_themselves_or_to_another_company(max: User, sam: User) -> None:
    with pytest.raises(RefusedChange, match="themselves"):
        services.change_manager(person=max, manager=max)
    with pytest.raises(RefusedChange, match="same company"):
        services.change_manager(person=max, manager=sam)


def test_everyone_below_is_found_at_any_depth(max: User, rosa: User, lena: User, ada: User) -> None:
    assert set(User.objects.below(max)) == {rosa, lena}
    assert set(User.objects.below(rosa)) == {lena}
    assert not User.objects.below(lena).exists()


def test_a_circle_that_got_in_anyway_ends_the_search(max: User, rosa: User, lena: User) -> None:
    User.objects.filter(pk=max.pk).update(reports_to=lena)
    assert set(User.objects.below(max)) == {rosa, lena}


def test_details_are_changed_and_nothing_else(lena: User, moment: datetime) -> None:
    read_before = User.objects.get(pk=lena.pk)
    services.deactivate(person=lena, by=None, at=moment)
    services.change_details(person=read_before, title="Team Lead", can_manage_reports=True)
    lena.refresh_from_db()
    assert (lena.title, lena.can_manage_reports, lena.status) == ("Team Lead", True, "inactive")


@pytest.mark.parametrize("name", ["email", "status", "company", "is_superuser"])
def test_what_has_a_service_of_its_own_is_no_detail(lena: User, name: str) -> None:
    with pytest.raises(TypeError, match=name):
        services.change_details(person=lena, **{name: True})


def test_a_detail_that_cannot_be_is_refused(lena: User) -> None:
    with pytest.raises(ValidationError):
        services.change_details(person=lena, first_name="x" * 81)
    lena.refresh_from_db()
    assert lena.first_name == "Lena"


def test_deactivating_is_announced_once(lena: User, ada: User, moment: datetime, monkeypatch) -> None:
    heard: list[tuple[User, User | None, datetime]] = []
    monkeypatch.setattr(departures, "_registered", [lambda *, person, by, at: heard.append((person, by, at))])
    assert services.deactivate(person=lena, by=ada, at=moment)
    assert not services.deactivate(person=lena, by=ada, at=moment)
    assert (lena.status, lena.is_active, heard) == ("inactive", False, [(lena, ada, moment)])


def test_if_something_cannot_end_the_person_stays(lena: User, moment: datetime, monkeypatch) -> None:
    def cannot(**_: object) -> None:
        raise RuntimeError("cannot end")

    monkeypatch.setattr(departures, "_registered", [cannot])
    with pytest.raises(RuntimeError):
        services.deactivate(person=lena, by=None, at=moment)
    lena.refresh_from_db()
    assert lena.status == "active"


def test_who_had_logged_in_comes_back_active_and_who_had_not_waiting(
    lena: User, meridian: Company, moment: datetime
) -> None:
    User.objects.filter(pk=lena.pk).update(last_login=moment)
    waiting = PersonFactory(company=meridian, status="waiting")
    for person in (lena, waiting):
        person.refresh_from_db()
        services.deactivate(person=person, by=None, at=moment)
        assert services.reactivate(person=person)
    assert (lena.status, waiting.status) == ("active", "waiting")
    assert not services.reactivate(person=lena)


def test_a_company_has_a_name_of_its_own_and_a_time_zone_that_exists(meridian: Company) -> None:
    with pytest.raises(ValidationError, match="There is a company of this name already"):
        services.save_company(company=Company(name="MERIDIAN systems", plan="plus", time_zone="UTC", seats=1))
    with pytest.raises(ValidationError, match="IANA name"):
        services.save_company(company=Company(name="Lunar", plan="plus", time_zone="Moon/Tycho", seats=1))
    assert services.save_company(company=CompanyFactory.build(name="Lunar")).pk
