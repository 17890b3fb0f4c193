from __future__ import annotations

import os
import signal
import socket
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.utils import timezone

from ascender.demo.content import ForeignDatabase, fill
from ascender.demo.processes import programs
from ascender.demo.supervisor import STOP_SIGNALS, Supervisor
from ascender.demo.welcome import welcome
from ascender.probe import web_answers


class Command(BaseCommand):
    help = "Run the whole of Ascender on this machine, with invented companies, until Ctrl-C."
    requires_migrations_checks = False
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        for number in STOP_SIGNALS:
            # Nothing runs yet but this process: leaving at once rolls back what was begun. Not by an exception: one
            # that is raised while an object is being taken away, say, is only written to the log.
            signal.signal(number, lambda *_: os._exit(0))
        refuse_taken_port(settings.PORT)
        self.prepare()
        self.logs = settings.DATA_DIR / "logs"
        self.is_welcomed = False
        Supervisor(programs(port=settings.PORT, logs=self.logs), look=self.welcome, tell=self.tell).run()

    def prepare(self) -> None:
        self.tell("Preparing the database and the static files …")
        call_command("migrate", interactive=False, verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        try:
            if fill(now=timezone.now()):
                self.tell("Filled the database with the demo's companies.")
        except ForeignDatabase as refusal:
            raise CommandError(str(refusal)) from None
        # The programs have connections of their own; this one would only wait, for days.
        connections.close_all()

    def welcome(self) -> None:
        if not self.is_welcomed and web_answers(settings.PORT):
            self.is_welcomed = True
            self.tell(welcome(logs=self.logs))

    def tell(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def refuse_taken_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise CommandError(
                f"Port {port} cannot be used ({error.strerror}); choose another: PORT={port + 1} make demo"
            ) from None
