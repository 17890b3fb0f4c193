"""The words of `accounts.days` for templates, and the class that colours a due day."""

import datetime as dt

from django import template

from accounts import days

register = template.Library()
register.filter("day", days.day, expects_localtime=True)
register.filter("plain_day", days.plain_day, expects_localtime=True)
register.filter("full_day", days.full_day)
register.filter("moment", days.moment, expects_localtime=True)
register.filter("iso", days.iso, expects_localtime=True)
register.filter("until_due", days.until_due)
register.filter("in_days", days.in_days)
register.filter("from_due_date", days.from_due_date)

DUE_SOON_DAYS = 5
"""A due day this near is marked, on whichever days a company reminds of it."""


@register.filter
def due_class(due_on: dt.date | None, today: dt.date) -> str:
    """The class that colours the words of ``until_due``: late, soon or none. The words say it without colour too."""
    if due_on is None:
        return ""
    left = (due_on - today).days
    if left < 0:
        return "asc-late"
    return "asc-soon" if left <= DUE_SOON_DAYS else ""
