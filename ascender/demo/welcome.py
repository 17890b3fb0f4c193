"""What the demo prints when it can be used."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

PASSWORD = "ascender-demo"  # noqa: S105 (printed for everyone, on purpose)
LOGINS = {
    "ada@meridian.example": "Ada Ekström: may do everything at Meridian Systems",
    "max@meridian.example": "Max Okafor: manager of a team of teams",
    "lena@meridian.example": "Lena Brandt: learner, eligible for Command of the Message",
    "sam@harbor.example": "Sam Tuala: assigns at Harbor Labs",
    "cora@solo.example": "Cora Lindt: all permissions at Solo Studio, on a plan without assignments",
    "operator@ascender.example": f"the operator, in the back office at {settings.SITE_URL}/admin/",
}


def welcome(*, logs: Path) -> str:
    width = max(map(len, LOGINS))
    logins = "\n".join(f"    {login:<{width}}  {who}" for login, who in LOGINS.items())
    return f"""
  Ascender is running at {settings.SITE_URL}/

  Log in as one of these; the password is always {PASSWORD}
{logins}

  {_where_mail_goes()}
  Logs: {logs}
  Ctrl-C stops everything; the next start finds the same data.
"""


def _where_mail_goes() -> str:
    if settings.EMAIL_HAS_SERVER:
        return f"Emails go to {settings.EMAIL_HOST}:{settings.EMAIL_PORT} (EMAIL_URL)."
    return f"Every email that it sends: {settings.SITE_URL}/mailbox/"
