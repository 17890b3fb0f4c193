"""Promise, and take back: one statement each, however many people it concerns."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.models import QuerySet

from notifications import doorbell
from notifications.models import Notification

# `WHERE true`: without it SQLite reads the ON of ON CONFLICT as that of a join.
# Ordered, because two that promise the same to the same people would otherwise wait for each other for ever.
_PROMISE = """
INSERT INTO notifications_notification (
    recipient_id, dedupe_key, context, lane, about, kind, created_at, tried_since, next_attempt_at,
    state, attempts, unfinished, failure, sent_to, subject, text
)
WITH promised (recipient_id, dedupe_key, context, lane, about) AS ({rows})
SELECT recipient_id, dedupe_key, context, lane, about, %s, {at}, {at}, {at}, 'pending', 0, 0, '', '', '', ''
FROM promised WHERE true ORDER BY dedupe_key
ON CONFLICT (dedupe_key) DO UPDATE SET
    recipient_id = excluded.recipient_id, context = excluded.context, kind = excluded.kind, lane = excluded.lane,
    about = excluded.about, created_at = excluded.created_at, tried_since = excluded.tried_since,
    next_attempt_at = excluded.next_attempt_at,
    state = 'pending', attempts = 0, unfinished = 0, failure = '', read_at = NULL, cancelled_at = NULL
WHERE notifications_notification.state = 'cancelled'
"""
_INSTANT = {"postgresql": "CAST(%s AS timestamp with time zone)", "sqlite": "CAST(%s AS text)"}


@transaction.atomic
def promise(*, kind: str, rows: QuerySet[Any, Any], at: datetime) -> int:
    """Write one promise per row, and ring for a worker once the caller's transaction is committed.

    `rows` is a queryset of `values_list(<recipient id>, <dedupe key>, <context as JSON>, <lane>, <about>)`,
    no key twice. A key that is new is promised, a cancelled one anew; any other stays as it is. `at`
    is when it was told, and the earliest moment of sending. Returns how many were promised; one query.
    """
    try:
        sql, params = rows.query.get_compiler(connection=connection).as_sql()
    except EmptyResultSet:
        return 0
    moment = connection.ops.adapt_datetimefield_value(at)
    statement = _PROMISE.format(rows=sql, at=_INSTANT[connection.vendor])
    with connection.cursor() as cursor:
        cursor.execute(statement, [*params, kind, moment, moment, moment])
        promised: int = cursor.rowcount
    if promised:
        transaction.on_commit(doorbell.ring, robust=True)
    return promised


@transaction.atomic
def cancel(*, about: QuerySet[Any, Any], at: datetime, kinds: Sequence[str] | None = None) -> int:
    """Take back what is still waiting about one of `about`, a queryset of one text column; of these kinds only.

    What a worker has claimed and not begun is taken out of its hands. Only an email that is being
    sent at this very moment stays. Returns how many were taken back; one query.
    """
    unwanted = Notification.objects.revocable().about(about)
    if kinds is not None:
        unwanted = unwanted.filter(kind__in=kinds)
    return (
        Notification.objects.revocable()
        .filter(pk__in=unwanted.locked().values("pk"))
        .update(state=Notification.State.CANCELLED, cancelled_at=at, lease_token=None, leased_until=None)
    )
