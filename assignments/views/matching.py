"""Everyone who matches a list, selected at once: the list's own query travels, and is asked again at the press."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import F, IntegerField, QuerySet, Value
from django.http import QueryDict

from accounts.access import PersonRequest
from accounts.querysets import one_of
from assignments.boxes import Selection
from assignments.errors import TooManySelected
from assignments.forms import PressForm
from assignments.lists import search_of
from assignments.models import Learner, Operation
from assignments.services import MOST_SELECTED
from assignments.subtabs import Tab
from certifications.models import Certification

from .lists import filters_of


@dataclass(frozen=True)
class Matching:
    """Those of a subtab whom the search and the filters of an address find."""

    request: PersonRequest
    certification: Certification
    tab: Tab
    given: QueryDict

    @property
    def words(self) -> list[str]:
        """What it asks for, as people read it; nothing when it is everyone."""
        q, filters = search_of(self.given), filters_of(self.request, self.tab, self.given)
        return [f"“{q}”"] * bool(q) + [f"{facet.label}: {each.label}" for facet, each in filters.in_force()]

    def selection(self) -> Selection:
        """All of them, in one query. Raises `TooManySelected`."""
        rows = self._rows()
        version = F("version") if self.tab.has_versions else Value(None, IntegerField())
        selection = dict(rows.values_list("pk", version)[: MOST_SELECTED + 1])
        if len(selection) > MOST_SELECTED:
            raise TooManySelected(
                f"{rows.count():,} people match; {MOST_SELECTED:,} at a time can be changed. Filter the list first."
            )
        return selection

    def changed_since(self, shown: list[int]) -> tuple[list[int], int]:
        """Whom of those shown the filters find no more, though they are in the subtab; and how many came to match.

        Who left the subtab is not among them: the press says of each why they are left as they are.
        """
        now = set(self._rows().values_list("pk", flat=True))
        gone = set(shown) - now
        here = self.tab.rows(self.request.user, self.certification, "").filter(pk__in=one_of(gone)) if gone else None
        left = list(here.order_by("pk").values_list("pk", flat=True)) if here is not None else []
        return left, len(now.difference(shown))

    def named(self, rows: list[int]) -> list[str]:
        """The people of these rows, by name."""
        found = self.tab.rows(self.request.user, self.certification, "").filter(pk__in=one_of(rows))
        people = Learner.objects.filter(pk__in=found.values(self.tab.person)).by_name()
        return [person.full_name for person in people]

    def _rows(self) -> QuerySet[Any]:
        rows = self.tab.rows(self.request.user, self.certification, search_of(self.given))
        found: QuerySet[Any] = filters_of(self.request, self.tab, self.given).narrow(rows)
        return found.order_by()


def everyone_of(request: PersonRequest, certification: Certification, tab: Tab, query: str) -> Matching | None:
    """All whom the list finds, where they are selected instead of boxes. `query` is its address, from the “?” on."""
    if "all" not in request.POST:
        return None
    return Matching(request, certification, tab, QueryDict(query.removeprefix("?")))


@dataclass(frozen=True)
class Seen:
    """Who is selected, and the list that they are all of."""

    selection: Selection
    everyone: Matching | None = None

    def without(self, left: Collection[int]) -> Seen:
        gone = set(left)
        return Seen({pk: version for pk, version in self.selection.items() if pk not in gone}, self.everyone)


def changed_since(request: PersonRequest, form: PressForm, seen: Seen) -> tuple[list[int], int]:
    """Of all who matched when the dialog was opened, whom the filters find no more; and how many joined.

    A press that arrived before is not judged again: its answer stays what it was.
    """
    if seen.everyone is None or not form.is_valid():
        return [], 0
    found = seen.everyone.changed_since(list(seen.selection))
    # Asked last: one that is done meanwhile may itself have taken them from the filters.
    done = Operation.objects.visible_to(request.user).filter(op_id=form.cleaned_data["op_id"])
    return ([], 0) if done.exists() else found


def tell_who_joined(request: PersonRequest, joined: int) -> None:
    if joined:
        who = "1 more person matches" if joined == 1 else f"{joined:,} more people match"
        messages.info(request, f"{who} by now. The dialog did not show them, so nothing was changed for them.")
