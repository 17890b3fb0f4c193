"""What a person may ask of the report beside search, order and page: all of it in the address."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Self

from django.http import QueryDict

from accounts.models import User
from certifications.models import STATUSES, Certification

from .querysets import ProgressQuerySet

PRESENT, INACTIVE = "present", "inactive"
PEOPLE = {PRESENT: "Active and waiting", INACTIVE: "Inactive"}
STATUSES_OF_PEOPLE = {PRESENT: User.PRESENT, INACTIVE: [User.Status.INACTIVE]}
OVERDUE = {"yes": "Overdue"}


@dataclass(frozen=True)
class Menu:
    """One filter as it is shown: `name` is its parameter in the address, `chosen` the values in force."""

    label: str
    name: str
    choices: Mapping[str, str]
    chosen: list[str]


@dataclass(frozen=True)
class ProgressFilter:
    """The values in force. Whatever is unknown in an address is as if it were not there."""

    titles: dict[str, str]
    certifications: list[str]
    statuses: list[str]
    overdue: list[str]
    people: list[str]

    @classmethod
    def of(cls, given: QueryDict, *, certifications: Iterable[Certification]) -> Self:
        titles = {certification.slug: certification.title for certification in certifications}
        return cls(
            titles=titles,
            certifications=_known(given.getlist("certification"), titles),
            statuses=_known(given.getlist("status"), STATUSES),
            overdue=_known(given.getlist("overdue"), OVERDUE),
            people=_known(given.getlist("people"), PEOPLE),
        )

    def found_in(self, rows: ProgressQuerySet, *, on: date) -> ProgressQuerySet:
        """Those of the rows that are asked for. `on` is the company's local day."""
        rows = rows.of_statuses(self._statuses_of_people())
        if self.certifications:
            rows = rows.in_certifications(self.certifications)
        if self.statuses:
            rows = rows.with_progress(self.statuses)
        return rows.overdue(on=on) if self.overdue else rows

    def __len__(self) -> int:
        """How many values are in force."""
        return sum(map(len, (self.certifications, self.statuses, self.overdue, self.people)))

    def menus(self) -> list[Menu]:
        return [
            Menu("Certification", "certification", self.titles, self.certifications),
            Menu("Enrollment Status", "status", STATUSES, self.statuses),
            Menu("Overdue", "overdue", OVERDUE, self.overdue),
            Menu("People", "people", PEOPLE, self.people),
        ]

    def _statuses_of_people(self) -> list[User.Status]:
        return [status for group in self.people or [PRESENT] for status in STATUSES_OF_PEOPLE[group]]


def _known(given: Collection[str], choices: Collection[str]) -> list[str]:
    return [value for value in choices if value in given]
