"""What a person may ask of the report beside search, order and page: all of it in the address."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Self

from django.http import QueryDict

from accounts.models import User
from assignments.lists import Menu
from certifications.models import STATUSES, Certification

from .querysets import ProgressQuerySet

PRESENT, INACTIVE = "present", "inactive"
PEOPLE = {PRESENT: "Active and waiting", INACTIVE: "Inactive"}
STATUSES_OF_PEOPLE = {PRESENT: User.PRESENT, INACTIVE: [User.Status.INACTIVE]}
OVERDUE = {"yes": "Overdue"}


@dataclass(frozen=True)
class ProgressFilter:
    """The filters of the report as an address has them in force."""

    certifications: Menu
    statuses: Menu
    overdue: Menu
    people: Menu

    @classmethod
    def of(cls, given: QueryDict, *, certifications: Iterable[Certification]) -> Self:
        titles = {certification.slug: certification.title for certification in certifications}
        return cls(
            certifications=Menu.of(given, "Certification", "certification", titles),
            statuses=Menu.of(given, "Enrollment Status", "status", STATUSES),
            overdue=Menu.of(given, "Overdue", "overdue", OVERDUE),
            people=Menu.of(given, "People", "people", PEOPLE),
        )

    @property
    def menus(self) -> list[Menu]:
        return [self.certifications, self.statuses, self.overdue, self.people]

    def found_in(self, rows: ProgressQuerySet, *, on: date) -> ProgressQuerySet:
        """Those of the rows that are asked for. `on` is the company's local day."""
        rows = rows.of_statuses(self._statuses_of_people())
        if self.certifications.chosen:
            rows = rows.in_certifications(self.certifications.chosen)
        if self.statuses.chosen:
            rows = rows.with_progress(self.statuses.chosen)
        return rows.overdue(on=on) if self.overdue.chosen else rows

    def _statuses_of_people(self) -> list[User.Status]:
        return [status for group in self.people.chosen or [PRESENT] for status in STATUSES_OF_PEOPLE[group]]
