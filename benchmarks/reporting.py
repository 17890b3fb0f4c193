"""B4: the Certification Progress report, its first page, and its file beside COPY of the same rows."""

from __future__ import annotations

import io
import os
import time
from collections.abc import Iterator
from pathlib import Path

from django.db import connection

from .figures import ROUNDS, Figure, Timed, seconds_of, timed, within
from .population import ELIGIBLE, Populated, ask
from .visitors import Visitor

PAGE, FIRST_BYTE, FILE, MEMORY = 150.0, 300.0, 3.0, 30.0
REPORT, CSV = "/reports/certification-progress/", "/reports/certification-progress.csv"
TIMES = 3
MIB = 2**20


def measure(company: Populated) -> Iterator[Figure]:
    rows = f"{ask(_COUNT, company=company.pk):,} rows"
    for who, email in (("everyone", company.admin), ("a manager of a hundredth", company.manager)):
        visitor = Visitor(email)
        own = timed(lambda visitor=visitor: visitor.get(REPORT), times=TIMES)  # type: ignore[misc]
        told = {"processors": visitor.processor_ms(REPORT, times=TIMES)}
        yield within("B4", f"first page of {rows}, {who}", own, milliseconds=PAGE, **told)
    yield from _file(company)


def _file(company: Populated) -> Iterator[Figure]:
    """CSV: XLSX is still to come."""
    visitor = Visitor(company.admin)
    address = f"{CSV}?certification={ELIGIBLE.slug}"
    downloads, copies = [_Download(visitor, address)], [_copy_seconds(company)]
    for _ in range(ROUNDS):
        downloads.append(_Download(visitor, address))
        copies.append(_copy_seconds(company))
    own, limit = Timed([each.seconds for each in downloads[1:]]), Timed(copies[1:])
    job = f"CSV of {downloads[0].lines:,} rows"
    factor = own.median / limit.median
    yield Figure("B4", job, factor, "x COPY", FILE, timed=own, limit=limit, notes={"COPY": limit.in_words})
    yield Figure("B4", job, max(each.grown for each in downloads), "MiB of memory", MEMORY)
    row = Timed([each.first_row for each in downloads[1:]]).in_words
    first = Timed([each.first for each in downloads[1:]])
    yield within("B4", f"{job}, first byte", first, milliseconds=FIRST_BYTE, **{"first row": row})


class _Download:
    """One file, read to its end: seconds until the first byte, the first row and the end; rows; MiB that it took."""

    def __init__(self, visitor: Visitor, address: str) -> None:
        begun, before = time.perf_counter(), _memory()
        self.lines, self.grown, self.first, self.first_row = -1, 0.0, 0.0, 0.0
        for piece in visitor.stream(address):
            if self.lines == -1:
                self.first = time.perf_counter() - begun
            if self.lines == 0:  # the heads came before the database was asked
                self.first_row = time.perf_counter() - begun
            if self.lines % 5_000 == 0:
                self.grown = max(self.grown, _memory() - before)
            self.lines += piece.count(b"\n")
        self.seconds = time.perf_counter() - begun


def _memory() -> float:
    """MiB that the process holds at this moment."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / MIB


def _copy_seconds(company: Populated) -> float:
    with connection.cursor() as cursor:
        rows = cursor.mogrify(_ROWS, {"company": company.pk, "slug": ELIGIBLE.slug}).decode()
        nowhere = io.BytesIO()
        return seconds_of(lambda: cursor.copy_expert(f"COPY ({rows}) TO STDOUT (FORMAT csv)", nowhere))


_JOINS = """
FROM accounts_user person
JOIN certifications_companycertification scope ON scope.company_id = person.company_id
JOIN certifications_certification certification ON certification.id = scope.certification_id
LEFT JOIN certifications_faststartenrollment fast ON fast.user_id = person.id
    AND fast.program_id = certification.program_id AND fast.withdrawn_at IS NULL
LEFT JOIN certifications_certificationenrollment begun ON begun.user_id = person.id
    AND begun.certification_id = certification.id
LEFT JOIN assignments_assignment assignment ON assignment.learner_id = person.id
    AND assignment.certification_id = certification.id AND assignment.closed_at IS NULL
"""
_WHERE = """
WHERE person.company_id = %(company)s AND person.status IN ('active', 'waiting')
    AND (fast.id IS NOT NULL OR begun.id IS NOT NULL OR assignment.id IS NOT NULL)
"""
_COUNT = f"SELECT count(*) {_JOINS} {_WHERE}"
_ROWS = f"""
SELECT person.first_name, person.last_name, person.email, person.title, person.functional_area, person.region,
    manager.first_name || ' ' || manager.last_name, certification.title, fast.enrolled_at,
    coalesce(begun.status, 'not_started'),
    (SELECT count(*) FROM certifications_stepcompletion done WHERE done.enrollment_id = begun.id),
    (SELECT count(*) FROM certifications_step step WHERE step.certification_id = certification.id),
    begun.started_at, begun.completed_at, assignment.name, assignment.assigned_at,
    by.first_name || ' ' || by.last_name, assignment.due_on, assignment.due_on < current_date
{_JOINS}
LEFT JOIN accounts_user manager ON manager.id = person.reports_to_id
LEFT JOIN accounts_user by ON by.id = assignment.assigned_by_id
{_WHERE} AND certification.slug = %(slug)s
ORDER BY person.first_name, person.last_name, person.id, certification.title
"""
