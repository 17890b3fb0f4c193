"""One history of two companies: each thing that happens is done on real rows and told to the model."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain
from types import SimpleNamespace

import time_machine
from hypothesis import note

from accounts import services as people
from accounts.models import Company
from assignments import services
from assignments.models import Assignment, Operation, ReminderRule
from assignments.reminders import Plan
from certifications import services as training
from tests.factories import complete

from . import presses
from .reminder_model import Person, Task
from .reminder_stage import Stage, one_of

Call = tuple[object, ...]


@dataclass(frozen=True)
class Press:
    """What an admin did to a task, and its due day before."""

    operation: Operation
    task: Task
    due_before: date | None


class History(Stage):
    """Each method is something that may happen; `which` chooses among those to whom it can happen now, if any."""

    def __init__(self, clock: time_machine.Coordinates, cast: SimpleNamespace, start: datetime) -> None:
        super().__init__(clock, cast, start)
        self.last_presses: dict[int, Press] = {}

    def play(self, zones: tuple[str, str], first: list[Call], steps: list[tuple[Call, ...]]) -> None:
        self.begin(*zones)
        for name, *arguments in (*first, *chain.from_iterable(steps)):
            if name == "nothing":
                continue
            note(f"{self.now:%Y-%m-%d %H:%M:%S} {name} {arguments}")
            getattr(self, str(name))(*arguments)
            self.check_that_exactly_the_true_ones_went_out()
            self.check_that_the_bells_tell_just_these()

    # What admins do

    def assign(self, which: int, ahead: int | None) -> None:
        if not self.model.eligible:
            return
        person, certification = one_of(self.model.eligible, which)
        due_on = self.day(person.firm, ahead)
        pressed = presses.assign(
            self.admin(person.firm), self.row(certification), self.user(person), due_on=due_on, at=self.now
        )
        self.note_opened(pressed, person, certification, due_on)

    def note_opened(self, pressed: Operation, person: Person, certification: int, due_on: date | None) -> None:
        [pk] = Assignment.objects.filter(opened_in=pressed).values_list("pk", flat=True)
        self.model.assign(pk, person, certification, due_on, self.now)
        self.last_presses[pk] = Press(pressed, self.model.tasks[pk], None)

    def move(self, which: int, ahead: int | None) -> None:
        if not self.model.pressable:
            return
        task = one_of(self.model.pressable, which)
        due_on = self.day(task.firm, ahead)
        if due_on != task.due_on:
            self.press_move(task, due_on)

    def set_back(self, which: int) -> None:
        if days := self.model.days_left_behind(self.now):
            self.press_move(*one_of(days, which))

    def press_move(self, task: Task, due_on: date | None) -> None:
        pressed = presses.change_due_date(
            self.admin(task.firm),
            self.row(task.certification),
            Assignment.objects.get(pk=task.pk),
            due_on=due_on,
            at=self.now,
        )
        assert pressed.changed == 1
        self.last_presses[task.pk] = Press(pressed, task, task.due_on)
        self.model.move(task, due_on, self.now)

    def unassign(self, which: int) -> None:
        if not self.model.pressable:
            return
        task = one_of(self.model.pressable, which)
        assignment = Assignment.objects.get(pk=task.pk)
        pressed = presses.unassign(self.admin(task.firm), self.row(task.certification), assignment, at=self.now)
        self.last_presses[task.pk] = Press(pressed, task, task.due_on)
        self.model.close(task)

    def take_back(self, which: int) -> None:
        possible = [press for press in self.last_presses.values() if self.can_be_taken_back(press)]
        if not possible:
            return
        press = one_of(possible, which)
        task, kind = press.task, press.operation.kind
        operation = Operation.objects.get(pk=press.operation.pk)
        taken = services.take_back(by=self.admin(task.firm), operation=operation, op_id=uuid.uuid4(), at=self.now)
        assert taken.changed == 1
        del self.last_presses[task.pk]
        if kind == Operation.Kind.UNASSIGN:
            self.note_opened(taken, task.person, task.certification, task.due_on)
            del self.last_presses[max(self.last_presses)]  # taking back cannot be taken back
        elif kind == Operation.Kind.ASSIGN:
            self.model.close(task)
        else:
            self.model.move(task, press.due_before, self.now)

    def can_be_taken_back(self, press: Press) -> bool:
        task = press.task
        if press.operation.kind != Operation.Kind.UNASSIGN:
            return task in self.model.open_tasks() and task.firm.is_plus and task.certification in task.firm.scope
        pair = (task.person, task.certification)
        newest = max(each.pk for each in self.model.tasks.values() if (each.person, each.certification) == pair)
        return pair in self.model.eligible and newest == task.pk

    def change_plan(self, which: int, plan: tuple[set[int], set[int]]) -> None:
        firm = one_of(self.firms, which)
        if not firm.is_plus:
            return
        learner, manager = (tuple(sorted(days, reverse=True)) for days in plan)
        services.change_reminders(
            by=self.admin(firm),
            plan=Plan(learner, manager),
            seen=ReminderRule.objects.plan_of(firm.pk),
            op_id=uuid.uuid4(),
            at=self.now,
        )
        self.model.change_plan(firm, learner, manager, self.now)

    # What learners do, and what is done with them

    def finish(self, which: int) -> None:
        person, certification = one_of(self.model.touchable, which)
        if person.is_active and certification in person.enrolled:
            complete(self.user(person), self.row(certification), at=self.now)
            person.completed.add(certification)

    def leave_or_come_back(self, which: int) -> None:
        person = one_of([person for person, _ in self.model.touchable] + [self.rosa], which)
        user = self.user(person)
        if person.is_active:
            people.deactivate(person=user, by=None, at=self.now)
            self.close(person, {task.certification for task in self.model.open_tasks()})
        else:
            people.reactivate(person=user)
            people.record_login(person=user)
        person.is_active = not person.is_active

    def withdraw_or_enroll(self, which: int) -> None:
        person, certification = one_of(self.model.touchable, which)
        user, program = self.user(person), self.row(certification).program
        if certification in person.enrolled:
            training.withdraw(person=user, program=program, by=None, at=self.now)
            self.close(person, {certification})
        else:
            training.enroll(person=user, program=program, at=self.now)
        person.enrolled ^= {certification}

    def close(self, person: Person, certifications: set[int]) -> None:
        for task in self.model.open_tasks():
            if task.person is person and task.certification in certifications:
                self.model.close(task)
                self.last_presses.pop(task.pk, None)

    # What operators do

    def go_by_another_clock(self, which: int, zone: str) -> None:
        firm = one_of(self.model.touchable, which)[0].firm
        firm.zone = zone
        self.save(firm, time_zone=zone)

    def lower_or_raise_the_plan(self, which: int) -> None:
        firm = one_of(self.model.touchable, which)[0].firm
        firm.is_plus = not firm.is_plus
        self.save(firm, plan=Company.Plan.PLUS if firm.is_plus else Company.Plan.TEAM)

    def change_the_scope(self, which: int) -> None:
        person, certification = one_of(self.model.touchable, which)
        firm = person.firm
        change = training.take_out_of_scope if certification in firm.scope else training.put_in_scope
        change(company=Company.objects.get(pk=firm.pk), certification=self.row(certification))
        firm.scope ^= {certification}
