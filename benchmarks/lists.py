"""B2: the three subtabs as whole requests, with the counts of all three, at two sizes of a company."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .figures import Figure, Timed, timed, within
from .population import ASSIGNED, ELIGIBLE, NOT_ELIGIBLE, Certificate, Populated
from .visitors import Visitor

MILLISECONDS, GROWTH, LAST_PAGE = 100.0, 2.0, 3.0
TABS = [
    ("Eligible", "eligible", ELIGIBLE),
    ("Assigned", "assigned", ASSIGNED),
    ("Not Eligible", "not-eligible", NOT_ELIGIBLE),
]
#: What a list is asked for beside itself: words, part of a name, that few people have; and a filter.
LAST = "last page"
ADDRESSES = {"": "", "searched": "?q=ada+b", "filtered": "?region=APAC", LAST: "?page={last}"}
#: Requests that one time is the median of.
TIMES = 5


def measure(large: Populated, small: Populated) -> Iterator[Figure]:
    for label, tab, certificate in TABS:
        first: Timed | None = None
        for said, query in ADDRESSES.items():
            many, few = (_Page(company, certificate, tab, query) for company in (large, small))
            own, less = many.timed(), few.timed()
            job = f"{label}, {large.people:,} people" + (f", {said}" if said else "")
            told = {"processors": many.processor_ms(), "queries": f"{many.queries} (there {few.queries})"}
            yield within("B2", job, own, milliseconds=MILLISECONDS, **told)
            unit = f"x its time at {small.people:,}"
            yield Figure("B2", job, own.median / less.median, unit, GROWTH, limit=less)
            if first is None:
                first = own
            elif said == LAST:
                yield Figure("B2", job, own.median / first.median, "x the first page", LAST_PAGE, limit=first)


class _Page:
    def __init__(self, company: Populated, certificate: Certificate, tab: str, query: str) -> None:
        self._visitor = Visitor(company.admin)
        path = f"/team/assignments/certifications/{certificate.slug}/{tab}/"
        self._address = path + query.format(last=self._last_page(path) if "{last}" in query else "")
        self.queries = self._visitor.queries(self._address)

    def processor_ms(self) -> str:
        return self._visitor.processor_ms(self._address, times=TIMES)

    def timed(self) -> Timed:
        return timed(lambda: self._visitor.get(self._address), times=TIMES)

    def _last_page(self, path: str) -> str:
        """As the pager names it."""
        return max(re.findall(r"[?&;]page=(\d+)", self._visitor.get(path)), key=int, default="1")
