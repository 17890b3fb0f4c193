"""The back office: companies and people, kept by the operator through the services."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from allauth.account.models import EmailAddress
from django.contrib.admin.models import LogEntry
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import services
from accounts.models import Company, User
from tests.at_once import at_once
from tests.back_office import opened
from tests.factories import PASSWORD, PersonFactory

ClientOf = Callable[[User], Client]

PEOPLE = "/admin/accounts/user/"
COMPANIES = "/admin/accounts/company/"


@pytest.fixture
def office(client_of: ClientOf, operator: User) -> Client:
    return client_of(operator)


def form_of(person: User, **changed: object) -> dict[str, object]:
    return {
        "email": person.email,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "title": person.title,
        "functional_area": person.functional_area,
        "region": person.region,
        "reports_to": person.reports_to_id or "",
    } | changed


def messages_of(response) -> str:
    return " ".join(str(message) for message in response.context["messages"])


def test_the_back_office_is_for_operators(client: Client, client_of: ClientOf, ada: User, office: Client) -> None:
    assert client.get("/admin/")["Location"].startswith("/admin/login/")
    assert client_of(ada).get("/admin/", follow=True).status_code == 403
    assert office.get("/admin/").status_code == 200


def test_its_login_is_the_one_with_limits(client: Client, db: None) -> None:
    assert client.get("/admin/login/?next=/admin/")["Location"] == "/accounts/login/?next=%2Fadmin%2F"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_its_password_form_is_the_one_with_limits(office: Client, operator: User, method: str) -> None:
    """The stock one has none, and tells its owner nothing."""
    new = {"old_password": PASSWORD, "new_password1": "a-wholly-new-one", "new_password2": "a-wholly-new-one"}
    answer = office.post("/admin/password_change/", new) if method == "POST" else office.get("/admin/password_change/")
    assert answer["Location"] == "/accounts/password/change/"
    operator.refresh_from_db()
    assert operator.check_password(PASSWORD)


NUL_IN = [
    f"{PEOPLE}?status__exact=%00",
    f"{PEOPLE}?%00=1",
    f"{COMPANIES}?plan__exact=%00",
    "/admin/notifications/notification/?kind=%00",
    "/admin/notifications/notification/?state__exact=%00",
    "/admin/notifications/switchedoff/?kind=%00",
    "/admin/notifications/heartbeat/?role=%00",
    "/admin/autocomplete/?term=%00&app_label=accounts&model_name=user&field_name=reports_to",
]
NO_IDS = ["abc", "1.5", "²", "-1", "9" * 23]


@pytest.mark.parametrize("path", NUL_IN)
def test_what_no_address_holds_is_refused(office: Client, path: str) -> None:
    assert office.get(path).status_code == 400


@pytest.mark.parametrize("said", NO_IDS)
@pytest.mark.parametrize(
    ("path", "field"),
    [(PEOPLE, "company"), (PEOPLE, "reports_to"), ("/admin/certifications/faststartenrollment/", "user")],
)
def test_what_is_no_id_chooses_nobody(office: Client, path: str, field: str, said: str) -> None:
    assert office.get(f"{path}add/", {field: said}).status_code == 200
    assert "Select a valid choice." in office.post(f"{path}add/", {field: said}).text


def test_an_address_may_choose_a_company_before(office: Client, meridian: Company) -> None:
    assert opened(office, f"{PEOPLE}add/?company={meridian.pk}")["company"] == [str(meridian.pk)]


def test_a_company_is_made_and_changed(office: Client) -> None:
    new = {"name": "Lunar", "plan": "plus", "time_zone": "Asia/Tokyo", "seats": 5}
    office.post(f"{COMPANIES}add/", new)
    company = Company.objects.get(name="Lunar")
    office.post(f"{COMPANIES}{company.pk}/change/", new | {"plan": "team"})
    company.refresh_from_db()
    assert (company.plan, company.time_zone) == ("team", "Asia/Tokyo")


def test_a_company_with_a_taken_name_is_refused_by_the_form(office: Client, meridian: Company) -> None:
    new = {"name": "meridian systems", "plan": "plus", "time_zone": "Asia/Tokyo", "seats": 5}
    response = office.post(f"{COMPANIES}add/", new)
    assert "There is a company of this name already." in response.content.decode()


def test_an_invited_person_is_waiting_and_the_operator_is_told_what_comes_next(
    office: Client, meridian: Company, max: User
) -> None:
    new = {"company": meridian.pk, "email": "Noor@Meridian.example", "first_name": "Noor", "last_name": "Haddad"}
    response = office.post(f"{PEOPLE}add/", new | {"reports_to": max.pk, "can_manage_reports": "on"}, follow=True)
    person = User.objects.get(email="noor@meridian.example")
    assert (person.status, person.reports_to, person.can_manage_reports) == ("waiting", max, True)
    assert EmailAddress.objects.filter(user=person, verified=True).count() == 1
    assert "Noor Haddad is Waiting" in messages_of(response)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"email": "MAX@meridian.example"}, "Somebody with this email address exists already."),
        ({"email": "no address"}, "Enter a valid email address."),
        ({"company": ""}, "This field is required."),
    ],
)
def test_a_person_who_cannot_be_is_refused_by_the_form(office: Client, max: User, wrong, words: str) -> None:
    new = {"company": max.company_id, "email": "noor@meridian.example", "first_name": "Noor", "last_name": "Haddad"}
    response = office.post(f"{PEOPLE}add/", new | wrong)
    assert words in response.content.decode()
    assert not User.objects.filter(first_name="Noor").exists()


def test_a_person_is_edited_and_the_address_moves_with_the_login(
    office: Client, client_of: ClientOf, lena: User, max: User
) -> None:
    elsewhere = client_of(lena)
    changed = form_of(lena, email="lena.brandt@meridian.example", title="Team Lead", reports_to=max.pk)
    assert office.post(f"{PEOPLE}{lena.pk}/change/", changed).status_code == 302
    lena.refresh_from_db()
    assert (lena.email, lena.title, lena.reports_to) == ("lena.brandt@meridian.example", "Team Lead", max)
    assert [address.email for address in EmailAddress.objects.filter(user=lena)] == [lena.email]
    assert elsewhere.get("/account/profile/").status_code == 302


def test_saving_without_a_change_leaves_sessions_alone(office: Client, client_of: ClientOf, lena: User) -> None:
    elsewhere = client_of(lena)
    page = f"{PEOPLE}{lena.pk}/change/"
    assert office.post(page, opened(office, page)).status_code == 302
    assert elsewhere.get("/account/profile/").status_code == 200


def test_an_old_page_gives_no_permission_back(office: Client, lena: User) -> None:
    services.change_details(person=lena, can_manage_assignments=True, can_manage_reports=True)
    page = f"{PEOPLE}{lena.pk}/change/"
    form = opened(office, page)
    services.change_details(person=lena, can_manage_assignments=False, region="APAC")
    del form["can_manage_reports"]
    assert office.post(page, form | {"title": "Team Lead"}).status_code == 302
    lena.refresh_from_db()
    assert (lena.can_manage_assignments, lena.region) == (False, "APAC")
    assert (lena.can_manage_reports, lena.title) == (False, "Team Lead")


def test_a_page_of_the_version_before_revokes_too(office: Client, lena: User) -> None:
    services.change_details(person=lena, can_manage_assignments=True)
    assert office.post(f"{PEOPLE}{lena.pk}/change/", form_of(lena, title="")).status_code == 302
    lena.refresh_from_db()
    assert (lena.can_manage_assignments, lena.title) == (False, "")


def test_an_old_page_does_not_bring_a_plan_back(office: Client, meridian: Company) -> None:
    page = f"{COMPANIES}{meridian.pk}/change/"
    form = opened(office, page)
    Company.objects.filter(pk=meridian.pk).update(plan="team")
    assert office.post(page, form | {"seats": "500"}).status_code == 302
    meridian.refresh_from_db()
    assert (meridian.plan, meridian.seats) == ("team", 500)


def test_a_company_has_no_time_zone_until_one_is_chosen(office: Client) -> None:
    [first] = re.findall(r'name="time_zone".*?<option value="([^"]*)"', office.get(f"{COMPANIES}add/").text, re.DOTALL)
    assert first == ""
    form = opened(office, f"{COMPANIES}add/") | {"name": "Lunar", "plan": "plus", "seats": "5"}
    assert "This field is required." in office.post(f"{COMPANIES}add/", form).text
    assert not Company.objects.filter(name="Lunar").exists()


def test_a_circle_is_refused_by_its_field(office: Client, lena: User, max: User) -> None:
    response = office.post(f"{PEOPLE}{max.pk}/change/", form_of(max, reports_to=lena.pk))
    assert "Lena Brandt reports to Max Okafor; that would be a circle." in response.content.decode()
    max.refresh_from_db()
    assert max.reports_to is None


def test_a_manager_of_another_company_is_refused_by_its_field(office: Client, max: User, sam: User) -> None:
    response = office.post(f"{PEOPLE}{max.pk}/change/", form_of(max, reports_to=sam.pk))
    assert "A manager must be of the same company." in response.content.decode()


def test_nobody_moves_to_another_company_or_is_given_a_status_by_a_form(
    office: Client, lena: User, harbor: Company
) -> None:
    office.post(f"{PEOPLE}{lena.pk}/change/", form_of(lena, company=harbor.pk, status="inactive", is_staff="on"))
    lena.refresh_from_db()
    assert (lena.company.name, lena.status, lena.is_staff) == ("Meridian Systems", "active", False)


def act(office: Client, action: str, *people: User, confirmed: bool) -> str:
    form = {"action": action, "_selected_action": [person.pk for person in people]}
    response = office.post(PEOPLE, form | ({"confirmed": "yes"} if confirmed else {}), follow=True)
    assert response.status_code == 200
    return response.content.decode()


def test_deactivating_asks_first_and_says_what_is_kept(office: Client, lena: User) -> None:
    page = act(office, "deactivate", lena, confirmed=False)
    assert "Their progress is kept." in page
    assert "Lena Brandt" in page
    lena.refresh_from_db()
    assert lena.status == "active"


def test_people_are_deactivated_and_come_back(office: Client, lena: User, rosa: User) -> None:
    assert "Deactivated: 2." in act(office, "deactivate", lena, rosa, confirmed=True)
    lena.refresh_from_db()
    assert lena.status == "inactive"
    page = act(office, "deactivate", lena, confirmed=True)
    assert "Inactive already: 1." in page
    assert "Reactivated: 1." in act(office, "reactivate", lena, confirmed=True)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_too_busy_in_the_middle_takes_nothing_back(office: Client, lena: User, rosa: User) -> None:
    first, second = sorted([lena, rosa], key=lambda person: person.pk)

    def deactivate() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '500ms'")
        return act(office, "deactivate", first, second, confirmed=True)

    with transaction.atomic():
        list(User.objects.filter(pk=second.pk).locked())
        [page] = at_once(deactivate)
    assert "Not reached, since the database was too busy: 1." in page
    assert "Deactivated: 1." in page
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == ("inactive", "active")
    assert LogEntry.objects.get().object_id == str(first.pk)


def test_operators_are_not_listed_nor_reached(office: Client, operator: User) -> None:
    assert operator.email not in office.get(PEOPLE).content.decode().partition('id="changelist"')[2]
    assert office.get(f"{PEOPLE}{operator.pk}/change/").status_code == 302
    act(office, "deactivate", operator, confirmed=True)
    operator.refresh_from_db()
    assert operator.status == "active"


@pytest.mark.parametrize("path", [f"{PEOPLE}{{}}/delete/", f"{COMPANIES}{{}}/delete/"])
def test_nothing_is_deleted(office: Client, lena: User, path: str) -> None:
    row = lena if "user" in path else lena.company
    assert office.post(path.format(row.pk), {"post": "yes"}).status_code == 403
    assert "delete_selected" not in office.get(PEOPLE).content.decode()


def test_what_belongs_to_the_login_library_is_not_offered(office: Client) -> None:
    assert office.get("/admin/account/emailaddress/").status_code == 404
    assert office.get("/admin/auth/group/").status_code == 404


@pytest.mark.parametrize("path", [PEOPLE, COMPANIES, f"{PEOPLE}?q=robin"])
def test_twenty_rows_cost_no_more_queries_than_two(office: Client, max: User, path: str) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert office.get(path).status_code == 200
        return len(captured)

    PersonFactory.create_batch(2, reports_to=None)
    queries()
    with_two = queries()
    for person in PersonFactory.create_batch(18):
        services.change_manager(person=person, manager=PersonFactory(company=person.company))
    assert queries() == with_two
