"""What is pressed, for real: through a service or through the web, with pauses at places that the seed chooses."""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.db import DatabaseError, connection

from accounts import services as people
from assignments import services
from assignments.errors import RefusedOperation
from assignments.models import Operation, Upload
from assignments.reminders import Plan as ReminderPlan
from certifications import services as training
from certifications.errors import NotAttended, StepNotOpen
from notifications import services as post_office
from notifications.models import Notification

from .cast import Cast
from .words import (
    ASSIGN,
    BOUNCE,
    CHANGE_PLAN,
    COMPLETE,
    DEACTIVATE,
    ENROLL,
    MOVE,
    REACTIVATE,
    REMIND,
    SEND_AGAIN,
    SWEEP,
    TAKE_BACK,
    TODAY,
    UNASSIGN,
    WITHDRAW,
    Plan,
    Press,
)  # fmt: skip

NAME = "Spring round"
#: What the web says of each refusal.
IN_WORDS = {
    "CannotBeTakenBack": ("Already taken back", "Nobody can be taken back any more"),
    "RepeatedWithOtherContent": ("This form was sent before with other content",),
    "ChangedMeanwhile": ("after you opened this page",),
}
KINDS = {ASSIGN: Upload.Kind.ASSIGN, UNASSIGN: Upload.Kind.UNASSIGN, MOVE: Upload.Kind.CHANGE_DUE_DATE}
# One statement in so many is held up, seconds.
HELD_UP, LONGEST = 0.12, 0.012
LATEST_START = 0.006


@dataclass(frozen=True)
class Outcome:
    """What came back: the operation, an answer or a refusal by its name, or `trouble` that nobody should see."""

    operation: bool = False
    answer: str = ""
    trouble: str = ""
    ended_at: float = 0.0


class Desk:
    """Where the presses of one round are made."""

    def __init__(self, cast: Cast) -> None:
        self._cast, self._house = cast, cast.house
        self._uploads: dict[str, Upload] = {}
        self._selections: dict[str, Callable[..., Operation]] = {
            UNASSIGN: services.unassign,
            REMIND: services.remind_now,
            SEND_AGAIN: services.send_again,
        }
        self._deeds: dict[str, Callable[[Press, datetime], object]] = {
            WITHDRAW: lambda press, at: training.withdraw(
                person=self._person(press), program=self._house.program, by=None, at=at
            ),
            ENROLL: lambda press, at: training.enroll(person=self._person(press), program=self._house.program, at=at),
            DEACTIVATE: lambda press, at: people.deactivate(person=self._person(press), by=None, at=at),
            REACTIVATE: lambda press, at: people.reactivate(person=self._person(press)),
            COMPLETE: lambda press, at: training.complete_step(
                person=self._person(press), step=self._house.steps[press.step], at=at
            ),
            SWEEP: self._sweep,
            BOUNCE: self._bounce,
        }

    def upload(self, presses: Sequence[Press]) -> None:
        """The files of these presses, read and judged."""
        for press in {press.label: press for press in presses if press.by_file}.values():
            numbers = press.people or [key[0] for key, _ in press.seen]
            day = self._house.day(press.due) if press.what != UNASSIGN else None
            due = day.isoformat() if day else "none" if press.what == MOVE else ""
            lines = [f"{self._cast.people[number].email},{due}" for number in numbers]
            self._uploads[press.label] = services.receive_upload(
                by=self._house.admins[press.by],
                certification=self._house.certification,
                kind=KINDS[press.what],
                file_name="people.csv",
                content="\n".join(["Email,Due Date", *lines]).encode(),
                op_id=uuid.uuid4(),
                at=_moment(press),
            )

    def press_slowly(self, press: Press, delays: int) -> Outcome:
        """Like `press`, held up here and there by a dice of its own."""
        rng = random.Random(delays)  # noqa: S311
        time.sleep(rng.uniform(0, LATEST_START))

        def hold_up(execute: Callable[..., Any], *arguments: Any) -> Any:
            if rng.random() < HELD_UP:
                time.sleep(rng.uniform(0, LONGEST))
            return execute(*arguments)

        with connection.execute_wrapper(hold_up):
            return self.press(press)

    def press(self, press: Press, after: timedelta = timedelta(0)) -> Outcome:
        """Never raises: what should not happen is told as trouble."""
        try:
            outcome = self._by_web(press) if press.by_web else self._by_service(press, _moment(press) + after)
        except (RefusedOperation, NotAttended, StepNotOpen) as refusal:
            outcome = {"answer": type(refusal).__name__}
        except DatabaseError as error:
            outcome = {"trouble": f"{type(error).__name__}: {str(error).splitlines()[0]}"}
        except Exception as error:
            outcome = {"trouble": f"{type(error).__name__}: {error}"}
        return Outcome(**outcome, ended_at=time.monotonic())  # type: ignore[arg-type]

    # Past the web

    def _by_service(self, press: Press, at: datetime) -> dict[str, object]:
        if press.what in self._deeds:
            return {"answer": _in_a_word(self._deeds[press.what](press, at))}
        if press.by_file:
            return self._commit(press, at)
        operation = self._operate(press, at)
        is_ours = operation.op_id == self._cast.op_id(press.label)
        return {"operation": True} if is_ours else {"trouble": f"{press.label} returned {operation.op_id}"}

    def _operate(self, press: Press, at: datetime) -> Operation:
        common: dict[str, Any] = {
            "by": self._house.admins[press.by], "op_id": self._cast.op_id(press.label), "at": at,
        }  # fmt: skip
        if press.what == CHANGE_PLAN:
            return services.change_reminders(plan=_plan(press.plan), seen=_plan(press.seen_plan), **common)
        if press.what == TAKE_BACK:
            return services.take_back(operation=self._taken_back(press), **common)
        common["certification"] = self._house.certification
        due_on = self._house.day(press.due)
        if press.what == ASSIGN:
            ids = [self._cast.people[number].pk for number in press.people]
            return services.assign(learner_ids=ids, name=NAME, due_on=due_on, **common)
        seen = {self._cast.pks[key]: version for key, version in press.seen}
        if press.what == MOVE:
            new = services.NewDueDate(due_on, press.days or None, spare_completed=press.spares)
            return services.change_due_date(seen=seen, new=new, **common)
        return self._selections[press.what](assignment_ids=list(seen), **common)

    def _commit(self, press: Press, at: datetime) -> dict[str, object]:
        """Its twin may be at it still, so there may be no operation yet."""
        upload, op_id = self._uploads[press.label], self._cast.op_id(press.label)
        done = services.press_upload(by=self._house.admins[press.by], upload=upload, op_id=op_id, at=at)
        return {"trouble": done.fault} if done.fault else {"operation": True}

    def _taken_back(self, press: Press) -> Operation:
        return Operation.objects.get(op_id=self._cast.op_id(press.takes_back))

    def _person(self, press: Press) -> Any:
        """As a page of a moment ago has them: nobody may rely on that."""
        return type(self._cast.people[0]).objects.get(pk=self._cast.people[press.people[0]].pk)

    def _sweep(self, press: Press, at: datetime) -> None:
        if press.day == TODAY:
            services.sweep()
        else:
            services.queue_reminders(at=at)
            post_office.deliver_due(at=at)

    def _bounce(self, press: Press, at: datetime) -> None:
        """As if the mail server had refused these; nothing in the product does so without one."""
        learners = [self._cast.people[number].pk for number in press.people]
        sent = Notification.objects.filter(kind="assigned", state="sent", recipient__in=learners)
        sent.update(state="failed", sent_at=None, failure="550 no such user")

    # Through the web

    def _by_web(self, press: Press) -> dict[str, object]:
        path, fields = self._form(press)
        op_id = str(self._cast.op_id(press.label))
        response = self._house.browsers[press.by].post(path, fields | {"op_id": op_id})
        if response.status_code == 302:
            return self._redirected(press, response["Location"], op_id)
        if response.status_code == 422:
            named = [name for name, said in IN_WORDS.items() if any(words in response.text for words in said)]
            return {"answer": named[0]} if named else {"trouble": f"422 for {press.label} without a known reason"}
        return {"trouble": f"HTTP {response.status_code} for {press.what}"}

    def _redirected(self, press: Press, location: str, op_id: str) -> dict[str, object]:
        is_told = op_id in location or press.what == CHANGE_PLAN or press.by_file
        return {"operation": True} if is_told else {"trouble": f"{press.what} leads to {urlsplit(location).path}"}

    def _form(self, press: Press) -> tuple[str, dict[str, str]]:
        if press.what == CHANGE_PLAN:
            return "/team/assignments/reminders/", _fields(press)
        if press.what == TAKE_BACK:
            return f"/team/assignments/operations/{self._cast.op_id(press.takes_back)}/take-back/", {}
        if press.by_file:
            return f"/team/assignments/uploads/{self._uploads[press.label].key}/press/", {}
        day = self._house.day(press.due)
        due_on = {"due_on": day.isoformat() if day else ""}
        names = {ASSIGN: "assign", UNASSIGN: "unassign", MOVE: "change-due-date", REMIND: "remind-now"}
        path = f"/team/assignments/certifications/message/{names.get(press.what, 'send-again')}/"
        if press.what == ASSIGN:
            ids = ",".join(str(self._cast.people[number].pk) for number in press.people)
            return path, {"learner": ids, "name": NAME} | due_on
        boxes = ",".join(f"{self._cast.pks[key]}:{version}" for key, version in press.seen)
        if press.days:
            due_on = {"how": "by", "days": str(press.days)} | ({"spare_completed": "on"} if press.spares else {})
        return path, {"learner": boxes} | (due_on if press.what == MOVE else {})


def _moment(press: Press) -> datetime:
    return datetime.now(UTC) + timedelta(days=press.day)


def _in_a_word(returned: object) -> str:
    return {True: "yes", False: "no"}.get(returned, "done") if isinstance(returned, bool) else "done"


def _plan(plan: Plan) -> ReminderPlan:
    return ReminderPlan(learner=tuple(sorted(plan, reverse=True)))


def _fields(press: Press) -> dict[str, str]:
    before = ", ".join(str(days) for days in press.plan if days > 0)
    after = ", ".join(str(-days) for days in press.plan if days < 0)
    on_the_day = {"on_the_day": "on"} if 0 in press.plan else {}
    seen = ",".join(map(str, sorted(press.seen_plan, reverse=True)))
    return {"before": before, "after": after, "manager_after": "", "seen": f"{seen}|"} | on_the_day
