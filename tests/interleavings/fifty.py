"""One press, sent fifty times at once to several server processes: one effect, fifty equal answers.

A double click, a resubmit and a retrying proxy do no more than that.
"""

from __future__ import annotations

import http.client
import json
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

from tests.ascender.processes import free_port
from tests.faults.processes import Process, Program
from tests.faults.visitors import Visitor, wait_for_pages

from .stage import PYTHON, Stage

MANY, LEARNERS = 50, 20
#: So that all of them are at work at the same moment.
WORKERS, THREADS = 4, 13
PATIENCE = 30.0
SENT_BEFORE = "This form was sent before with other content"


@dataclass(frozen=True)
class Answer:
    status: int
    location: str
    page: str

    def __str__(self) -> str:
        return f"{self.status} {self.location.partition('?')[0]}".strip()


@dataclass(frozen=True)
class Fifty:
    """What came of one press that was sent so often: operations kept, people changed, and what an impostor hears."""

    what: str
    answers: Counter[str]
    locations: int
    operations: int
    changes: int
    other_content: str

    @property
    def is_one(self) -> bool:
        is_answered_alike = self.locations == 1 and len(self.answers) == 1 and self.answers.total() == MANY
        has_redirected = all(answer.startswith("302") for answer in self.answers)
        has_one_effect = (self.operations, self.changes) == (1, LEARNERS)
        return is_answered_alike and has_redirected and has_one_effect and self.other_content == "422 in words"


class Browser(Visitor):
    """Presses without patience: each answer is the first one."""

    def send(self, path: str, fields: Mapping[str, str]) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE)
        try:
            body = urlencode({**fields, "csrfmiddlewaretoken": self._cookies["csrftoken"]})
            connection.request("POST", path, body=body, headers=self._headers())
            answer = connection.getresponse()
            return Answer(answer.status, answer.getheader("Location", ""), answer.read().decode())
        finally:
            connection.close()


def press_fifty_times(tree: Path) -> list[Fifty]:
    """Each kind of press in turn, on the same twenty people."""
    with Stage(tree) as stage, _web(stage) as port:
        content = json.loads(stage.run("fifty", PYTHON, "-m", "tests.faults.content", "1", str(LEARNERS), "1"))
        [company], [certification] = content["companies"], content["certifications"]
        browser = Browser(port, company["admin"])
        browser.log_in()
        return _Desk(stage, browser, certification["slug"], company["learners"]).press_everything()


@contextmanager
def _web(stage: Stage) -> Iterator[int]:
    port = free_port()
    stage.new_database("fifty")
    bind = ["--bind", f"127.0.0.1:{port}", "--no-control-socket", "--graceful-timeout", "5"]
    size = ["--workers", str(WORKERS), "--threads", str(THREADS)]
    program = Program("web", [PYTHON, "-m", "gunicorn", "ascender.wsgi", *bind, *size])
    environ = stage.environ("fifty", SITE_URL=f"http://127.0.0.1:{port}")
    process = Process("web", program, environ=environ, folder=stage.tree, log=stage.folder / "web.log")
    try:
        wait_for_pages(port)
        yield port
    finally:
        process.kill()
        process.see_off(until=time.monotonic() + PATIENCE)


class _Desk:
    def __init__(self, stage: Stage, browser: Browser, slug: str, learners: Sequence[int]) -> None:
        self._stage, self._browser = stage, browser
        self._path = f"/team/assignments/certifications/{slug}"
        self._learners = ",".join(map(str, learners))

    def press_everything(self) -> list[Fifty]:
        named = {"learner": self._learners, "name": "Spring round"}
        assigned = named | {"due_on": _day(30)}
        found = [self._press("assign", f"{self._path}/assign/", assigned, named | {"due_on": _day(31)})]
        boxes = self._boxes()
        moved = {"learner": boxes, "due_on": _day(40)}
        found.append(self._press("change due date", f"{self._path}/change-due-date/", moved, moved | {"due_on": ""}))
        boxes = self._boxes()
        fewer = {"learner": boxes.rpartition(",")[0]}
        found.append(self._press("remind now", f"{self._path}/remind-now/", {"learner": boxes}, fewer))
        operations = "/team/assignments/operations"
        moving, assigning = (f"{operations}/{self._op_id(kind)}/take-back/" for kind in ("change_due_date", "assign"))
        found.append(self._press("take back", moving, {}, {}, other_path=assigning))
        found.append(self._press("unassign", f"{self._path}/unassign/", {"learner": self._boxes()}, fewer))
        return found

    def _press(
        self, what: str, path: str, fields: Mapping[str, str], other: Mapping[str, str], *, other_path: str = ""
    ) -> Fifty:
        """The same press so often at once, then another one under its `op_id`."""
        op_id = {"op_id": str(uuid.uuid4())}
        start = threading.Barrier(MANY)

        def send(_: int) -> Answer:
            start.wait(PATIENCE)
            return self._browser.send(path, {**fields, **op_id})

        with ThreadPoolExecutor(MANY) as pool:
            answers = list(pool.map(send, range(MANY)))
        impostor = self._browser.send(other_path or path, {**other, **op_id})
        in_words = impostor.status == http.client.UNPROCESSABLE_ENTITY and SENT_BEFORE in impostor.page
        [(operations, changes)] = self._stage.ask(
            "fifty",
            "SELECT count(DISTINCT o.id), count(c.id) FROM assignments_operation o "
            "LEFT JOIN assignments_assignmentchange c ON c.operation_id = o.id WHERE o.op_id = %s",
            op_id["op_id"],
        )
        return Fifty(
            what,
            Counter(map(str, answers)),
            len({answer.location for answer in answers}),
            operations,
            changes,
            "422 in words" if in_words else f"{impostor.status}",
        )

    def _boxes(self) -> str:
        rows = self._stage.ask(
            "fifty", "SELECT id, version FROM assignments_assignment WHERE closed_at IS NULL ORDER BY id"
        )
        return ",".join(f"{pk}:{version}" for pk, version in rows)

    def _op_id(self, kind: str) -> str:
        return str(
            self._stage.ask("fifty", "SELECT op_id::text FROM assignments_operation WHERE kind = %s", kind)[0][0]
        )


def _day(days: int) -> str:
    return (datetime.now(UTC).date() + timedelta(days=days)).isoformat()
