"""The fixed cast: every test speaks of the same companies, people and certifications.

Meridian is large enough to have everything; Harbor is the stranger on the same plan; Solo is on a
plan without team pages. All log in with `tests.factories.PASSWORD`.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Company, User
from certifications.models import Certification

from . import factories


@pytest.fixture
def meridian(db: None) -> Company:
    return factories.CompanyFactory(name="Meridian Systems", time_zone="America/New_York")


@pytest.fixture
def harbor(db: None) -> Company:
    return factories.CompanyFactory(name="Harbor Labs", time_zone="Pacific/Auckland")


@pytest.fixture
def solo(db: None) -> Company:
    """On the Connect plan: no Team Management, no Reports."""
    return factories.CompanyFactory(name="Solo Studio", plan=Company.Plan.CONNECT, time_zone="Europe/Berlin")


@pytest.fixture
def ada(meridian: Company) -> User:
    """Meridian's admin: all three permissions, no reports."""
    return factories.PersonFactory(
        company=meridian,
        email="ada@meridian.example",
        first_name="Ada",
        last_name="Ekström",
        can_manage_users=True,
        can_manage_assignments=True,
        can_manage_reports=True,
    )


@pytest.fixture
def max(meridian: Company) -> User:
    """A manager of managers without any permission: Rosa reports to him, Lena to Rosa."""
    return factories.PersonFactory(company=meridian, email="max@meridian.example", first_name="Max", last_name="Okafor")


@pytest.fixture
def rosa(max: User) -> User:
    return factories.PersonFactory(
        company=max.company, email="rosa@meridian.example", first_name="Rosa", last_name="Conti", reports_to=max
    )


@pytest.fixture
def lena(rosa: User, message: Certification) -> User:
    """A learner below Max, eligible for *Command of the Message*, nothing begun, nothing assigned."""
    return factories.eligible_person(
        message,
        rosa.company,
        email="lena@meridian.example",
        first_name="Lena",
        last_name="Brandt",
        title="Account Executive",
        functional_area="Sales",
        region="EMEA",
        reports_to=rosa,
    )


@pytest.fixture
def sam(harbor: Company) -> User:
    """Harbor's admin of assignments: a stranger to Meridian with every right at home."""
    return factories.PersonFactory(
        company=harbor,
        email="sam@harbor.example",
        first_name="Sam",
        last_name="Tuala",
        can_manage_assignments=True,
    )


@pytest.fixture
def cora(solo: Company) -> User:
    """All three permissions, on a plan that has none of the pages."""
    return factories.PersonFactory(
        company=solo,
        email="cora@solo.example",
        first_name="Cora",
        last_name="Lindt",
        can_manage_users=True,
        can_manage_assignments=True,
        can_manage_reports=True,
    )


@pytest.fixture
def operator(db: None) -> User:
    """Vendor staff: the back office, and no company's pages."""
    return factories.OperatorFactory(email="operator@ascender.example")


@pytest.fixture
def message(meridian: Company, harbor: Company) -> Certification:
    """*Command of the Message*: six steps, in scope for Meridian and Harbor."""
    return factories.CertificationFactory(
        title="Command of the Message",
        slug="command-of-the-message",
        program=factories.FastStartProgramFactory(title="Message Foundations", slug="message-foundations"),
        steps=6,
        companies=[meridian, harbor],
    )


@pytest.fixture
def sale(meridian: Company) -> Certification:
    """*Command of the Sale*: five steps, in scope for Meridian only."""
    return factories.CertificationFactory(
        title="Command of the Sale",
        slug="command-of-the-sale",
        program=factories.FastStartProgramFactory(title="Sale Foundations", slug="sale-foundations"),
        steps=5,
        companies=[meridian],
    )


@pytest.fixture
def client_of(db: None) -> Callable[[User], Client]:
    """`client_of(ada)`: a browser in which Ada is logged in, a new one with each call."""

    def log_in(person: User) -> Client:
        client = Client()
        client.force_login(person)
        return client

    return log_in
