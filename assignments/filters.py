"""What the address of a subtab asks for beside search, sort and page, and how many there are of each value.

A value that cannot be is read as nothing. One that could be and that nobody has finds nobody: a filter
that dropped out unseen would show everyone, to be selected.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import BigIntegerField, Case, Count, F, Q, QuerySet, When
from django.http import QueryDict

from accounts.models import Company, User
from accounts.querysets import one_of

from .lists import MOST_LETTERS, readable

#: Values shown in a menu, those of most people first; and values of one filter that an address may hold, the first of
#: them: all that are shown, and those ticked before that are not among them by now.
MOST_SHOWN, MOST_CHOSEN = 50, 200


@dataclass(frozen=True)
class Scope:
    """Of whose people it is asked, and on which day of theirs."""

    company: Company
    on: date


class Chosen(NamedTuple):
    """One value in force: its parameter in the address, and what it is called."""

    name: str
    value: str
    label: str


class Choice(NamedTuple):
    value: str
    label: str
    people: int | None = None


Condition = Callable[[str, Scope], Q]
DayCondition = Callable[[date | None, date | None, Scope], Q]


@dataclass(frozen=True)
class Facet:
    """One filter with the few values that there are: `options` are their words, `means` says who has one.

    `days` makes it one of days too: from one, to another, either left out.
    """

    name: str
    label: str
    options: Mapping[str, str] = field(default_factory=dict)
    means: Condition = lambda value, scope: Q()
    days: DayCondition | None = None

    @property
    def bounds(self) -> dict[str, str]:
        return {f"{self.name}_from": "From", f"{self.name}_to": "To"} if self.days else {}

    def asked(self, given: QueryDict) -> list[str]:
        """The values that the address names and that can be, each once."""
        named = given.getlist(self.name)
        return [value for value in self.options if value in named]

    def read(self, given: QueryDict, scope: Scope) -> list[Chosen]:
        """What of it the address asks for."""
        values = [Chosen(self.name, value, self.options[value]) for value in self.asked(given)]
        bounds = {name: (said, day_in(given.get(name, ""))) for name, said in self.bounds.items()}
        days = [
            Chosen(name, f"{day}", f"{said.lower()} {day:%-d %b %Y}") for name, (said, day) in bounds.items() if day
        ]
        return values + days

    def condition(self, chosen: Iterable[Chosen], scope: Scope) -> Q:
        """Who has any of these values; between days only those, whatever the value."""
        of_days = {each.name: day_in(each.value) for each in chosen if each.name in self.bounds}
        wanted = Q()
        for each in chosen:
            if each.name == self.name:
                wanted |= self.means(each.value, scope)
        if self.days and of_days:
            first, last = (of_days.get(name) for name in self.bounds)
            wanted &= self.days(first, last, scope)
        return wanted

    def counted(self, rows: QuerySet[Any], scope: Scope) -> list[Choice]:
        """Each value with how many of these rows have it; a query per value."""
        return [
            Choice(value, label, rows.filter(self.means(value, scope)).count()) for value, label in self.options.items()
        ]


@dataclass(frozen=True)
class Column(Facet):
    """A filter by what is written in a column of the person, whatever it may be. `path` leads there from a row."""

    path: str = ""

    def asked(self, given: QueryDict) -> list[str]:
        written = dict.fromkeys(value for value in given.getlist(self.name) if value == readable(value) != "")
        return [value for value in written if len(value) <= MOST_LETTERS]

    def read(self, given: QueryDict, scope: Scope) -> list[Chosen]:
        return [Chosen(self.name, value, value) for value in self.asked(given)[:MOST_CHOSEN]]

    def condition(self, chosen: Iterable[Chosen], scope: Scope) -> Q:
        values = [each.value for each in chosen]
        return Q(**{f"{self.path}__in": values}) if values else Q()

    def counted(self, rows: QuerySet[Any], scope: Scope) -> list[Choice]:
        """One query."""
        found = rows.exclude(**{self.path: ""}).order_by().values_list(self.path).annotate(n=Count("pk"))
        return [Choice(value, value, n) for value, n in found.order_by("-n", self.path)[:MOST_SHOWN]]


@dataclass(frozen=True)
class Managers(Facet):
    """A filter by manager, themselves and everyone below at any depth. `path` leads from a row to the person."""

    path: str = ""

    def asked(self, given: QueryDict) -> list[str]:
        written = dict.fromkeys(given.getlist(self.name))
        return [value for value in written if value.isascii() and value.isdecimal() and len(value) < 19]

    def read(self, given: QueryDict, scope: Scope) -> list[Chosen]:
        ids = self.asked(given)
        if not ids:
            return []
        people = User.objects.filter(company=scope.company, pk__in=ids[:MOST_CHOSEN]).by_name()
        return [Chosen(self.name, str(person.pk), person.full_name) for person in people]

    def condition(self, chosen: Iterable[Chosen], scope: Scope) -> Q:
        managers = [int(each.value) for each in chosen]
        if not managers:
            return Q()
        teams = User.objects.filter(company=scope.company).in_teams_of(managers)
        # Asked at once: inside of the other query, PostgreSQL takes the hierarchy for everybody.
        return Q(**{f"{self.path}__in": one_of(teams.values_list("pk", flat=True))})

    def counted(self, rows: QuerySet[Any], scope: Scope) -> list[Choice]:
        """Two queries: who manages anybody, and how many of the rows are in whose team, a manager in their own."""
        people = User.objects.filter(company=scope.company)
        heads = people.filter(pk__in=people.filter(reports_to__isnull=False).values("reports_to"))
        managers = {person.pk: person for person in heads.only("first_name", "last_name", "reports_to")}
        leads = When(**{f"{self.path}__in": one_of(managers)}, then=F(self.path))
        manager = "reports_to" if self.path == "pk" else f"{self.path}__reports_to"
        in_team_of = Case(leads, default=F(manager), output_field=BigIntegerField())
        in_teams = rows.order_by().values_list(in_team_of).annotate(n=Count("pk"))
        found: dict[int, int] = {}
        for pk, n in in_teams:
            for above in _line_of(pk, managers):
                found[above] = found.get(above, 0) + n
        most = sorted(found, key=lambda pk: (-found[pk], managers[pk].full_name, pk))[:MOST_SHOWN]
        return [Choice(str(pk), managers[pk].full_name, found[pk]) for pk in most]


def _line_of(pk: int | None, managers: Mapping[int, User]) -> list[int]:
    """The manager and all above; a circle is gone round once."""
    line: list[int] = []
    while pk is not None and pk in managers and pk not in line:
        line.append(pk)
        pk = managers[pk].reports_to_id
    return line


def day_in(text: str) -> date | None:
    """A day as a date field writes it; nothing for anything else."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").date() if len(text) == 10 and "1970" <= text < "3000" else None  # noqa: DTZ007
    except ValueError:
        return None


@dataclass(frozen=True)
class FacetMenu:
    """A filter as it is shown. `is_counted`: its values have their numbers; else they are asked for by opening it."""

    facet: Facet
    choices: list[Choice]
    chosen: list[str]
    bounds: list[tuple[str, str, str]]
    is_counted: bool

    @property
    def in_force(self) -> int:
        return len(self.chosen) + sum(1 for _, _, day in self.bounds if day)

    @property
    def is_of_days(self) -> bool:
        """Only of days: there is nothing to count."""
        return bool(self.bounds) and not self.facet.options

    @property
    def is_cut(self) -> bool:
        return len(self.choices) >= MOST_SHOWN


@dataclass(frozen=True)
class Filters:
    """The filters of one list as an address has them in force. `cut` are those of which it names too many values."""

    facets: Sequence[Facet]
    scope: Scope
    chosen: Mapping[str, list[Chosen]]
    cut: Sequence[Facet]

    @classmethod
    def of(cls, given: QueryDict, facets: Sequence[Facet], scope: Scope) -> Filters:
        cut = [facet for facet in facets if len(facet.asked(given)) > MOST_CHOSEN]
        return cls(facets, scope, {facet.name: facet.read(given, scope) for facet in facets}, cut)

    def narrow(self, rows: QuerySet[Any], *, but: Facet | None = None) -> Any:
        """Those of the rows that have a value in force of every filter; `but` one that is not asked."""
        for facet in self.facets:
            if facet is not but and self.chosen[facet.name]:
                rows = rows.filter(facet.condition(self.chosen[facet.name], self.scope))
        return rows

    def menus(self, rows: QuerySet[Any], *, opened: str) -> list[FacetMenu]:
        """All of them, the opened one with the numbers of those of the rows that all other filters find."""
        return [self._menu(facet, rows, is_counted=facet.name == opened) for facet in self.facets]

    def in_force(self) -> list[tuple[Facet, Chosen]]:
        return [(facet, each) for facet in self.facets for each in self.chosen[facet.name]]

    def values_of(self, name: str) -> list[str]:
        return [each.value for each in self.chosen.get(name, [])]

    def _menu(self, facet: Facet, rows: QuerySet[Any], *, is_counted: bool) -> FacetMenu:
        chosen = [each for each in self.chosen[facet.name] if each.name == facet.name]
        days = {each.name: each.value for each in self.chosen[facet.name]}
        if is_counted:
            choices = facet.counted(self.narrow(rows, but=facet), self.scope)
        else:
            choices = [Choice(value, label) for value, label in facet.options.items()]
        known = {choice.value for choice in choices}
        choices += [Choice(each.value, each.label) for each in chosen if each.value not in known]
        bounds = [(name, label, days.get(name, "")) for name, label in facet.bounds.items()]
        return FacetMenu(facet, choices, [each.value for each in chosen], bounds, is_counted)
