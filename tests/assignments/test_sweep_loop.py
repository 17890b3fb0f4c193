"""`manage.py sweep --loop`: what the database does costs a round at most, and never the process."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

import pytest
from django.core.management import call_command
from django.db import InterfaceError, OperationalError, ProgrammingError, connection, connections

from assignments.management.commands import sweep as command

# The loop looks after its own sessions, so no test's transaction may be open around it.
pytestmark = pytest.mark.django_db(transaction=True)

NOTHING_DUE = "reminders queued 0 · emails sent 0 · later 0 · failed 0\n"
Sleep = Callable[[float], None]


class StoppedFromOutside(BaseException):
    """What a signal is to the loop: nothing that it may catch."""


def sweep_for_ever(capsys: pytest.CaptureFixture[str], *, while_asleep: list[Sleep]) -> str:
    """What the loop printed before it was stopped in the sleep after those given."""
    naps = iter(while_asleep)

    def sleep(stop: threading.Event, seconds: float) -> None:
        nap = next(naps, None)
        if nap is None:
            raise StoppedFromOutside
        nap(seconds)

    with pytest.MonkeyPatch.context() as edge:
        edge.setattr(threading.Event, "wait", sleep)
        with pytest.raises(StoppedFromOutside):
            call_command("sweep", "--loop")
    return capsys.readouterr().out


def refuse_everything(edge: pytest.MonkeyPatch, error: Exception) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise error

    edge.setattr(connection, "cursor", refuse)


def test_it_repeats_itself_with_a_line_each_time(capsys: pytest.CaptureFixture[str]) -> None:
    slept: list[float] = []
    assert sweep_for_ever(capsys, while_asleep=[slept.append, slept.append]) == NOTHING_DUE * 3
    assert slept == [5, 5]


def test_a_backlog_is_sent_in_shifts_without_a_sleep_between(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What comes due meanwhile is queued, and whoever watches sees that somebody works."""
    monkeypatch.setattr(command, "SHIFT", 0)
    slept: list[float] = []

    def end_the_backlog(seconds: float) -> None:
        slept.append(seconds)
        monkeypatch.undo()

    sweep_for_ever(capsys, while_asleep=[end_the_backlog, slept.append])
    assert slept == [0, 5]


@pytest.mark.parametrize(
    "error",
    [
        OperationalError("database is locked"),
        InterfaceError("connection already closed"),
        ProgrammingError("column does not exist yet"),
    ],
)
def test_a_database_that_refuses_costs_that_round_and_is_logged(
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
) -> None:
    slept: list[float] = []

    def mend(seconds: float) -> None:
        slept.append(seconds)
        monkeypatch.undo()

    refuse_everything(monkeypatch, error)
    assert sweep_for_ever(capsys, while_asleep=[mend, slept.append]) == NOTHING_DUE * 2
    assert slept == [1, 5]
    [record] = [record for record in caplog.records if record.name.endswith("commands.sweep")]
    assert record.levelno == logging.ERROR
    assert record.exc_info is not None
    assert record.exc_info[1] is error


def test_one_sweep_alone_says_that_it_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_everything(monkeypatch, OperationalError("database is locked"))
    with pytest.raises(OperationalError):
        call_command("sweep")


def test_a_fault_of_our_own_is_not_swept_under_the_carpet(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse_everything(monkeypatch, ValueError("hush"))
    with pytest.raises(ValueError, match="hush"):
        sweep_for_ever(capsys, while_asleep=[])
    assert capsys.readouterr().out == ""


@pytest.mark.postgresql
def test_a_session_cut_between_two_rounds_costs_nothing(
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    def cut(_: float) -> None:
        swept_with = connection.connection.info.backend_pid
        other = connections.create_connection("default")
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [swept_with])
            assert cursor.fetchone() == (True,)
        other.close()

    assert sweep_for_ever(capsys, while_asleep=[cut]) == NOTHING_DUE * 2
    assert not [record for record in caplog.records if record.name.endswith("commands.sweep")]
