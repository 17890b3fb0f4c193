"""What every answer tells the browser, whoever asks and whatever the answer is."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import User

POLICY = {
    "default-src 'self'",
    "img-src 'self' data:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
}
HEADERS = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/accounts/login/", 200),
        ("/accounts/password/reset/", 200),
        ("/", 302),
        ("/admin/", 302),
        ("/no/such/page/", 404),
        ("/livez", 200),
    ],
)
def test_a_stranger_gets_the_strict_policy(client: Client, path: str, status: int) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert set(answer["Content-Security-Policy"].split("; ")) == POLICY
    assert {name: answer[name] for name in HEADERS} == HEADERS


@pytest.mark.parametrize(
    "path", ["/", "/enroll/assignments/", "/account/settings/", "/reports/certification-progress/"]
)
def test_somebody_inside_gets_the_strict_policy(client: Client, ada: User, path: str) -> None:
    client.force_login(ada)
    answer = client.get(path)
    assert answer.status_code == 200
    assert set(answer["Content-Security-Policy"].split("; ")) == POLICY
    assert {name: answer[name] for name in HEADERS} == HEADERS


@pytest.mark.django_db
def test_a_refused_form_has_them_too() -> None:
    answer = Client(enforce_csrf_checks=True).post("/accounts/login/", {})
    assert answer.status_code == 403
    assert set(answer["Content-Security-Policy"].split("; ")) == POLICY


@pytest.mark.django_db
def test_too_many_fields_are_refused_with_them_too(client: Client, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 100
    answer = client.post("/accounts/login/", {f"field-{number}": "x" for number in range(101)})
    assert answer.status_code == 400
    assert set(answer["Content-Security-Policy"].split("; ")) == POLICY


@pytest.mark.django_db
def test_the_back_office_has_no_login_of_its_own(client: Client) -> None:
    """Its form would know no limits of attempts."""
    answer = client.get("/admin/login/?next=/admin/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")
