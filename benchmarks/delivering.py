"""B3: waiting emails, sent by one worker process and marked one by one, beside Django's own build-and-send loop."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.core.mail import EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string
from django.utils import timezone

from . import raw
from .assigning import written
from .figures import ROUNDS, Figure, Timed, seconds_of
from .population import ELIGIBLE, TODAY, Populated, ask, run, vacuum

GOAL = 0.6
TEMPLATES = "assignments/email/assigned"


def measure(company: Populated, emails: int) -> Iterator[Figure]:
    with waiting_emails(company, emails) as reset:
        variables = _variables()
        own, limit, processors = [], [], []
        for round_ in range(ROUNDS + 1):
            reset(emails if round_ else emails // 10)  # the first is the warm-up
            begun, own_seconds = time.process_time(), seconds_of(_deliver)
            between, limit_seconds = time.process_time(), seconds_of(lambda: _build_and_send(variables))
            own.append(own_seconds)
            limit.append(limit_seconds)
            processors.append((between - begun, time.process_time() - between))
        taken, least = Timed(own[1:]), Timed(limit[1:])
        rates = {"emails a second": f"{emails / taken.median:.0f}", "the loop’s": f"{emails / least.median:.0f}"}
        own_ms, loop_ms = (1000 * statistics.median(each) / emails for each in zip(*processors[1:], strict=True))
        rates["the worker’s processor"] = f"{own_ms:.1f} ms an email, the loop’s {loop_ms:.1f}"
        job = f"deliver {emails:,} emails"
        share = least.median / taken.median
        yield Figure(
            "B3", job, share, "of the loop’s speed", GOAL, at_least=True, timed=taken, limit=least, notes=rates
        )


class waiting_emails:  # noqa: N801, reads as a function
    """So many people of the company are assigned by the raw statements; at the end all is as it was."""

    def __init__(self, company: Populated, emails: int) -> None:
        self._company, self._emails = company, emails

    def __enter__(self) -> Any:
        self._before = {table: ask(f"SELECT max(id) FROM {table}") for table in written}
        certification = ask("SELECT id FROM certifications_certification WHERE slug = %(slug)s", slug=ELIGIBLE.slug)
        values = {"company": self._company.pk, "certification": certification, "count": self._emails}
        people = ask(_PEOPLE, **values)
        raw.choose(people)
        admin = ask("SELECT id FROM accounts_user WHERE email = %(email)s", email=self._company.admin)
        due_on = TODAY + timedelta(days=60)
        self._operation = raw.assign(at=timezone.now(), admin=admin, name="Measured", due_on=due_on, **values)
        vacuum()
        return self.reset

    def __exit__(self, *_: object) -> None:
        for table, before in self._before.items():
            run(f"DELETE FROM {table} WHERE id > %(before)s", before=before)
        vacuum()

    def reset(self, emails: int) -> None:
        """Let so many of the emails wait, as if none had been sent."""
        run(_NONE_WAITS, at=timezone.now())
        run(_WAIT, count=emails)
        vacuum()


def _deliver() -> None:
    from notifications.services import deliver_due

    delivered = deliver_due()
    assert delivered.later + delivered.failed + delivered.cancelled == 0, delivered


def _variables() -> list[dict[str, Any]]:
    """What the templates say of each message, known before the limit is measured."""
    from notifications import kinds
    from notifications.models import Notification

    now, kind = timezone.now(), kinds.named("assigned")
    waiting = list(Notification.objects.filter(state="pending").select_related("recipient"))
    subjects = kind.subjects(waiting)
    return [kind.describe(one, subjects[one.pk], now) for one in waiting]


def _build_and_send(variables: list[dict[str, Any]]) -> None:
    """As the documentation of Django has it: build each, send all over one connection, ask and mark nothing."""
    with get_connection() as line:
        for each in variables:
            message = EmailMultiAlternatives(
                render_to_string(f"{TEMPLATES}.subject.txt", each).strip(),
                render_to_string(f"{TEMPLATES}.txt", each),
                to=[each["recipient"].email],
                connection=line,
            )
            message.attach_alternative(render_to_string(f"{TEMPLATES}.html", each), "text/html")
            message.send()


_PEOPLE = """
SELECT array_agg(id) FROM (
    SELECT person.id FROM accounts_user person WHERE company_id = %(company)s AND status = 'active'
        AND NOT EXISTS (SELECT 1 FROM assignments_assignment a WHERE a.learner_id = person.id
            AND a.certification_id = %(certification)s AND a.closed_at IS NULL)
    ORDER BY id LIMIT %(count)s) people
"""
_NONE_WAITS = """
UPDATE notifications_notification SET state = 'sent', sent_at = %(at)s, lease_token = NULL, leased_until = NULL
WHERE state IN ('pending', 'claimed', 'sending')
"""
_WAIT = """
UPDATE notifications_notification SET state = 'pending', sent_at = NULL, attempts = 0, sent_to = '', subject = '',
    text = '', next_attempt_at = created_at
WHERE id IN (SELECT id FROM notifications_notification ORDER BY id DESC LIMIT %(count)s)
"""
