"""What each fault of the plan does to the stage, and how it is healed."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from .ledger import is_sending
from .plan import Fault
from .processes import Process
from .stage import PYTHON, Stage

Heal = Callable[[], object]
# Seconds that a strike waits for its victim to be in the middle of sending.
WAIT_FOR_A_VICTIM = 1.5
PASSWORD = "nobody was told"

_POISON = """
INSERT INTO notifications_notification
SELECT (jsonb_populate_record(n, jsonb_build_object(
    'id', nextval(pg_get_serial_sequence('notifications_notification', 'id')), 'kind', %s::text, 'context', %s::jsonb,
    'dedupe_key', %s::text, 'state', 'pending', 'attempts', 0, 'lease_token', NULL, 'leased_until', NULL,
    'next_attempt_at', now(), 'created_at', now(), 'sent_at', NULL, 'cancelled_at', NULL, 'failure', ''))).*
FROM notifications_notification n ORDER BY id LIMIT 1
"""
POISONS = {
    "kind": ("nobody-knows", "{}"),
    "context": ("assigned", '{"assignment": null}'),
    "subject": ("assigned", '{"assignment": 0}'),
}


class Striker:
    """Does the faults of a plan. Keeps what a later judgement has to know."""

    def __init__(self, stage: Stage, emails: Sequence[str]) -> None:
        self._stage, self._emails = stage, emails
        self.clocks: list[tuple[float, datetime]] = []  # when a sweep with another clock began, and that clock
        self.poisoned: list[str] = []
        self.postgresql_back_at: list[float] = []
        self.went_silent: list[tuple[float, str]] = []  # when, and which worker was listening

    def strike(self, fault: Fault) -> Heal | None:
        """Do it now. Returns what heals it, where something has to."""
        first, _, rest = fault.what.partition(" ")
        deed: Callable[[str, Fault], Heal | None] = getattr(self, f"_{first}")
        return deed(rest, fault)

    def _smtp(self, how: str, fault: Fault) -> Heal:
        manners: dict[str, Any] = {
            "refuses": {"listening": False},
            "busy": {"rcpt": "busy"},
            "grey": {"rcpt": "grey"},
            "5xx": {"refused": random.Random(fault.choice).sample(self._emails, len(self._emails) // 6)},  # noqa: S311
            "cut": {"data": "cut", "times": int(fault.detail or 0) if how == "cut" else 0},
            "mute": {"data": "mute", "times": int(fault.detail or 0) if how == "mute" else 0},
            "stall": {"stall": fault.detail, "times": 2},
        }
        self._stage.sink.tell(**manners[how])
        return self._stage.sink.tell

    def _redis(self, how: str, fault: Fault) -> Heal | None:
        redis = self._stage.redis
        match how:
            case "stop":
                redis.end(signal.Signals[f"SIG{fault.detail}"])
                return redis.start
            case "flush":
                redis.client().flushall()
            case "pause":
                redis.client().client_pause(int(fault.lasts * 1000))
            case "freeze":
                redis.send(signal.SIGSTOP)
                return lambda: redis.send(signal.SIGCONT)
            case "full":
                return self._redis_setting("maxmemory", "1", "0")
            case "password":
                heal = self._redis_setting("requirepass", PASSWORD, "")
                redis.client(PASSWORD).client_kill_filter(_type="normal", skipme=True)
                return heal
            case _:
                return self._silence()
        return None

    def _redis_setting(self, name: str, bad: str, good: str) -> Heal:
        redis = self._stage.redis
        redis.client().config_set(name, bad)
        return lambda: redis.client(PASSWORD if name == "requirepass" else None).config_set(name, good)

    def _silence(self) -> Heal:
        self._stage.proxy.tell(silent=True)
        self.went_silent.append((time.time(), self._stage.crew.of("worker")[-1].name))
        return lambda: self._stage.proxy.tell(silent=False)

    def _postgresql(self, how: str, fault: Fault) -> None:
        self._stage.postgresql.crash()
        self._stage.postgresql.start()
        self.postgresql_back_at.append(time.time())

    def _kill(self, whom: str, fault: Fault) -> None:
        kind, _, is_child = whom.partition(" ")
        for victim in self._stage.crew.of(kind)[-1:]:
            self._wait_for(victim)
            victim.kill_child(fault.choice) if is_child else victim.kill()

    def _end(self, kind: str, fault: Fault) -> None:
        """SIGTERM; somebody starts another one."""
        for victim in self._stage.crew.of(kind)[-1:]:
            self._wait_for(victim)
            self._stage.crew.dismiss([victim])
            self._stage.crew.start(victim.program)

    def _freeze(self, kind: str, fault: Fault) -> Heal | None:
        """SIGSTOP past the lease, with another one in its place; afterwards it goes on, and is told to end."""
        for victim in self._stage.crew.of(kind)[-1:]:
            self._wait_for(victim)
            victim.stop()
            victim.is_wanted = False
            self._stage.crew.start(victim.program)
            return lambda: self._thaw(victim)
        return None

    def _thaw(self, victim: Process) -> None:
        victim.go_on()
        self._stage.crew.dismiss([victim])

    def _wait_for(self, victim: Process) -> None:
        """Strike in the middle of something, if it gets there soon."""
        until = time.monotonic() + WAIT_FOR_A_VICTIM
        while time.monotonic() < until and not is_sending(self._stage.ledger, victim.name):
            time.sleep(0.01)

    def _senders(self, how: str, fault: Fault) -> Heal:
        """Only those with a failpoint are left to send."""
        crew = self._stage.crew
        away = crew.of("worker") + crew.of("sweep")
        crew.dismiss(away)
        return lambda: [crew.start(each.program) for each in away]

    def _failpoint(self, how: str, fault: Fault) -> Heal:
        dying = self._stage.crew.start(self._stage.sweep("--loop"), FAILPOINTS=fault.detail)
        dying.is_wanted = False
        return lambda: None if not dying.is_running else self._stage.crew.dismiss([dying])

    def _beats(self, how: str, fault: Fault) -> None:
        crew = self._stage.crew
        running, wanted = crew.of("beat"), int(fault.detail)
        crew.dismiss(running[wanted:])
        for _ in range(wanted - len(running)):
            crew.start(self._stage.beat())

    def _clock(self, how: str, fault: Fault) -> None:
        at = datetime.now(UTC) + timedelta(days=int(fault.detail))
        self.clocks.append((time.time(), at))
        sweep = self._stage.sweep("--at", at.isoformat(), "--rehearse-future")
        self._stage.crew.start(sweep).is_wanted = False

    def sweep_ahead(self) -> None:
        """What is due by the farthest clock of the campaign goes out, whatever became of the sweeps with it."""
        if self.clocks:
            farthest = max(at for _, at in self.clocks)
            self.clocks.append((time.time(), farthest))
            self._stage.run(PYTHON, "manage.py", "sweep", "--at", farthest.isoformat(), "--rehearse-future")

    def _poison(self, how: str, fault: Fault) -> None:
        kind, context = POISONS[fault.detail]
        self.poisoned.append(f"poison:{len(self.poisoned)}")
        self._stage.query(_POISON, kind, context, self.poisoned[-1])
