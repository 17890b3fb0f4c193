"""What the address of a list asks for: search, sort, page and filters. Nonsense is read as nothing, never an error."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Expression, F, QuerySet, Value
from django.db.models.functions import NullIf
from django.http import HttpRequest, QueryDict

SIZES = (25, 50, 100)
MOST_LETTERS = 200

# The value of ?sort= → what it sorts by.
SortKeys = Mapping[str, tuple[str | Expression, ...]]


def filled(name: str) -> Expression:
    """To sort by a text that may be empty: then it has no value."""
    return NullIf(F(name), Value(""))


@dataclass(frozen=True)
class ListQuery:
    """The list that a request asks for. `q` the words searched for, `sort` a key, "-" before it descending."""

    q: str
    sort: str
    page: str
    size: int
    keys: SortKeys = field(repr=False)

    @classmethod
    def of(cls, request: HttpRequest, keys: SortKeys = MappingProxyType({}), *, default: str = "") -> ListQuery:
        """Without `keys`: of a list that has an order of its own."""
        sort = request.GET.get("sort", "")
        size = request.GET.get("size", "")
        return cls(
            q=search_of(request.GET),
            sort=sort if sort.removeprefix("-") in keys else default,
            page=request.GET.get("page", "1"),
            size=int(size) if size in {str(allowed) for allowed in SIZES} else SIZES[0],
            keys=keys,
        )

    def sorted(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """In the order asked for; what has no value comes last both ways, and the key of a row decides ties."""
        descending = self.sort.startswith("-")
        orders = [F(key) if isinstance(key, str) else key for key in self.keys[self.sort.removeprefix("-")]]
        return rows.order_by(
            *(order.desc(nulls_last=True) if descending else order.asc(nulls_last=True) for order in orders), "pk"
        )

    def paged(self, rows: Any, *, count: int | None = None, most: int | None = None) -> Page[Any]:
        """The page asked for, the nearest one if there is no such page. Without `keys` the rows keep their order.

        `count` saves a query where it is known. Beyond `most` rows it neither counts nor has pages, and the
        paginator's `has_more` is true: counting them all may cost a hundred times what a page does.
        """
        paginator = _Pages(self.sorted(rows), self.size) if self.keys else Paginator(rows, self.size)
        if most is not None:
            found = rows.order_by()[: most + 1].count()
            count, paginator.has_more = min(found, most), found > most  # type: ignore[attr-defined]  # has keys
        if count is not None:
            paginator.count = count
        return paginator.get_page(self.page)


class _Pages(Paginator):
    """Pages of which the last costs what the first does.

    A page is counted off from the nearer end, since the database walks through all that come before it. And of those
    it walks through, it composes nothing but the keys: the rows are read in a second query.
    """

    has_more = False

    def page(self, number: int | str) -> Page[Any]:
        number = self.validate_number(number)
        first = (number - 1) * self.per_page
        rows = self._read(first, min(first + self.per_page, self.count))
        return self._get_page(rows, number, self)  # type: ignore[attr-defined]  # the stubs lack it

    def _read(self, first: int, after: int) -> list[Any]:
        rows: QuerySet[Any] = self.object_list  # type: ignore[assignment]  # never a list here
        if rows.query.values_select:  # not objects: a key would not tell them apart
            return self._from_nearer_end(rows, first, after)
        keys = self._from_nearer_end(rows.values_list("pk", flat=True), first, after)
        found = rows.in_bulk(keys)
        return [found[key] for key in keys if key in found]

    def _from_nearer_end(self, rows: QuerySet[Any], first: int, after: int) -> list[Any]:
        if self.has_more or first <= self.count // 2:
            return list(rows[first:after])
        return list(rows.reverse()[self.count - after : self.count - first])[::-1]


@dataclass(frozen=True)
class Menu:
    """One filter as it is shown: `name` is its parameter in the address, `chosen` the values in force.

    `choices` are pairs of a value and its words: of a mapping, a template would take `items` for a value.
    """

    label: str
    name: str
    choices: list[tuple[str, str]]
    chosen: list[str]

    @classmethod
    def of(cls, given: QueryDict, label: str, name: str, choices: Mapping[str, str]) -> Menu:
        """With what the address chooses of it. A value that is unknown is as if it were not there."""
        asked = given.getlist(name)
        return cls(label, name, list(choices.items()), [value for value in choices if value in asked])


def in_force(menus: Iterable[Menu]) -> int:
    """How many values of these filters are."""
    return sum(len(menu.chosen) for menu in menus)


def search_of(given: QueryDict) -> str:
    """The words that an address searches for."""
    return readable(given.get("q", ""))[:MOST_LETTERS].strip()


def readable(text: str) -> str:
    """Without what no database takes: NUL, and halves of surrogate pairs."""
    return text.replace("\0", "").encode("utf-8", "ignore").decode("utf-8")
