"""The demo's companies and people as rows."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress

from accounts import services as people
from accounts.models import Company, User

from .people import Draft

#: What the logins and the other admins may do, by the left part of their address.
PERMISSIONS = {
    "ada": ["can_manage_users", "can_manage_assignments", "can_manage_reports"],
    "priya.raghunathan": ["can_manage_assignments"],
    "tomas.hruby": ["can_manage_reports"],
    "aroha.whaanga": ["can_manage_assignments"],
    "sam": ["can_manage_assignments"],
    "cora": ["can_manage_users", "can_manage_assignments", "can_manage_reports"],
}

Staff = dict[str, User]


def found(*, name: str, plan: str, time_zone: str, seats: int) -> Company:
    return people.save_company(company=Company(name=name, plan=plan, time_zone=time_zone, seats=seats, is_demo=True))


def hire(
    drafts: Iterable[Draft],
    *,
    company: Company,
    domain: str,
    password_hash: str,
    waiting: Collection[str] = (),
    now: datetime,
    rng: random.Random,
) -> Staff:
    """Make the people of a company, by their key. Those in `waiting` are invited and were never here.

    Not through `create_person`: it hashes each password by itself, on purpose slowly, which for
    400 people takes minutes. One hash serves all of them here.
    """
    staff: Staff = {}
    by_level: dict[int, list[Draft]] = {}
    for draft in drafts:
        by_level.setdefault(draft.level, []).append(draft)
    for _, level in sorted(by_level.items()):
        rows = [
            _row(
                draft,
                staff,
                domain=domain,
                company=company,
                password=password_hash,
                **_presence(draft, waiting, now, rng),
            )
            for draft in level
        ]
        User.objects.bulk_create(rows)
        staff |= {draft.key: row for draft, row in zip(level, rows, strict=True)}
    EmailAddress.objects.bulk_create(
        EmailAddress(user=person, email=person.email, primary=True, verified=True) for person in staff.values()
    )
    return staff


def _row(draft: Draft, staff: Staff, *, domain: str, **fields: Any) -> User:
    return User(
        email=f"{draft.key}@{domain}",
        first_name=draft.first_name,
        last_name=draft.last_name,
        title=draft.title,
        functional_area=draft.functional_area,
        region=draft.region,
        reports_to=staff[draft.boss] if draft.boss else None,
        **dict.fromkeys(PERMISSIONS.get(draft.key, []), True),
        **fields,
    )


def _presence(draft: Draft, waiting: Collection[str], now: datetime, rng: random.Random) -> dict[str, Any]:
    if draft.key in waiting:
        return {"status": User.Status.WAITING}
    return {"status": User.Status.ACTIVE, "last_login": now - timedelta(hours=rng.randint(5, 500))}
