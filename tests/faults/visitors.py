"""People with a browser: a session, a CSRF token, and the patience to press once more when the server is away."""

from __future__ import annotations

import http.client
import re
import time
import uuid
from dataclasses import dataclass
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from .content import PASSWORD

# Seconds.
TIMEOUT = 20.0
PATIENCE = 90.0
PAUSE = 0.5
UNAVAILABLE = 503


@dataclass(frozen=True)
class Request:
    """One request as its sender saw it; `status` is 0 where there was no answer."""

    at: float
    seconds: float
    method: str
    status: int

    @property
    def is_error(self) -> bool:
        return self.status == 0 or self.status >= http.client.INTERNAL_SERVER_ERROR


class NotUnderstood(Exception):
    """The server answered something that no person at work would expect."""


class Visitor:
    """One person, logged in once. Not for two threads at a time."""

    def __init__(self, port: int, email: str) -> None:
        self.requests: list[Request] = []
        self._port, self._email = port, email
        self._cookies: dict[str, str] = {}

    def log_in(self) -> None:
        self.get("/accounts/login/")
        status, _ = self._insist("POST", "/accounts/login/", {"login": self._email, "password": PASSWORD})
        if status != http.client.FOUND or "sessionid" not in self._cookies:
            raise NotUnderstood(f"{self._email} cannot log in: {status}")

    def get(self, path: str) -> str:
        return self._insist("GET", path, {})[1]

    def press(self, path: str, **fields: str) -> None:
        """Press a button once, however often the request has to be sent: the `op_id` stays the same."""
        status, page = self._insist("POST", path, fields | {"op_id": str(uuid.uuid4())})
        if status != http.client.FOUND:
            raise NotUnderstood(f"{path} answered {status}: {page[:2000]}")

    def _insist(self, method: str, path: str, fields: dict[str, str]) -> tuple[int, str]:
        """Until there is an answer other than 503. Raises NotUnderstood when there is none for long."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            status, page = self._ask(method, path, fields)
            if status not in (0, UNAVAILABLE):
                return status, page
            time.sleep(PAUSE)
        raise NotUnderstood(f"{path} is not answered for {PATIENCE} s")

    def _ask(self, method: str, path: str, fields: dict[str, str]) -> tuple[int, str]:
        at, status, page = time.time(), 0, ""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=TIMEOUT)
        try:
            body = urlencode(fields | {"csrfmiddlewaretoken": self._cookies.get("csrftoken", "")}) if fields else None
            connection.request(method, path, body=body, headers=self._headers())
            answer = connection.getresponse()
            page, status = answer.read().decode(), answer.status
            self._keep(answer.msg.get_all("Set-Cookie") or [])
        except (OSError, http.client.HTTPException):
            status = 0
        finally:
            connection.close()
        self.requests.append(Request(at, time.time() - at, method, status))
        return status, page

    def _headers(self) -> dict[str, str]:
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        return {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}

    def _keep(self, headers: list[str]) -> None:
        for header in headers:
            self._cookies |= {name: morsel.value for name, morsel in SimpleCookie(header).items()}


def boxes_on(page: str) -> list[str]:
    """The values of a list's checkboxes, as they stand on the page."""
    return re.findall(r'name="learner" value="([^"]+)"', page)


def wait_for_pages(port: int) -> None:
    """Return when the login page is served. Raises NotUnderstood when it is not for long."""
    Visitor(port, "").get("/accounts/login/")
