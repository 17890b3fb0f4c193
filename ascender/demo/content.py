"""Fills an empty database with the demo's companies, their people and their past."""

from __future__ import annotations

import random
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts import services as accounts
from accounts.models import Company, User
from certifications import services as training
from certifications.models import Certification

from . import people
from .catalogue import COURSES, MESSAGE, NEGOTIATION, SALE, fill_catalogue
from .diary import Diary
from .history import Chronicle
from .pasts import (
    message_at_harbor,
    message_at_meridian,
    negotiation_at_meridian,
    reminders_at_meridian,
    sale_at_meridian,
    tell_today,
)
from .staff import Staff, found, hire
from .welcome import PASSWORD

SEED = 20270309
#: Since the first assignment there, so since the first reminder.
MORNINGS_AT_MERIDIAN = 95
MORNINGS_AT_HARBOR = 30
WAITING = 16

Catalogue = dict[str, Certification]


class ForeignDatabase(Exception):
    """The database is somebody's: the demo leaves it alone."""

    def __init__(self) -> None:
        super().__init__(
            "This database holds companies or people that the demo did not make, so the demo leaves it alone. "
            "Give the demo one of its own: set DATA_DIR or DATABASE_URL to another place."
        )


@transaction.atomic
def fill(*, now: datetime) -> bool:
    """Make the demo's companies as they would be at the aware instant `now`.

    Returns False, and changes nothing, if they are there already. Raises `ForeignDatabase`. All or
    nothing: a fill that is killed leaves an empty database. The same `now` gives the same people,
    states and days. Mails of the past count as sent; a handful, told just now, is still to go out.
    """
    if Company.objects.filter(is_demo=False).exists():
        raise ForeignDatabase
    if Company.objects.exists():
        return False
    if User.objects.exists():
        raise ForeignDatabase
    _fill(now)
    return True


def _fill(now: datetime) -> None:
    rng = random.Random(SEED)  # noqa: S311 (nothing secret: the same names for everybody)
    operator = accounts.create_operator(
        email="operator@ascender.example", password=PASSWORD, first_name="Ines", last_name="Falk"
    )
    catalogue, diary = fill_catalogue(), Diary(now=now)
    password_hash = make_password(PASSWORD)
    meridian = _meridian(diary, catalogue, operator, password_hash, rng)
    harbor = _harbor(diary, catalogue, password_hash, rng)
    _solo(now, password_hash, rng)
    diary.play()
    tell_today(now, certification=catalogue[SALE.slug], by=meridian["priya.raghunathan"], learners=_fresh(meridian))
    tell_today(now, certification=catalogue[MESSAGE.slug], by=harbor["aroha.whaanga"], learners=[harbor["sam"]])


def _meridian(diary: Diary, catalogue: Catalogue, operator: User, password_hash: str, rng: random.Random) -> Staff:
    company = found(name="Meridian Systems", plan=Company.Plan.PLUS, time_zone="America/New_York", seats=450)
    diary.note_mornings(company, days=MORNINGS_AT_MERIDIAN)
    drafts = people.meridian(rng)
    waiting = rng.sample([draft.key for draft in drafts if draft.level == 4 and draft != people.LENA], WAITING)
    staff = hire(
        drafts,
        company=company,
        domain="meridian.example",
        password_hash=password_hash,
        waiting=waiting,
        now=diary.now,
        rng=rng,
    )
    for course in COURSES:
        training.put_in_scope(company=company, certification=catalogue[course.slug])
    learners = [person for key, person in staff.items() if key not in {*waiting, "lena"}]
    reminders_at_meridian(diary, company=company, by=staff["ada"])
    chronicles = [
        Chronicle(diary, company=company, certification=catalogue[course.slug], session_title=course.training, rng=rng)
        for course in (MESSAGE, SALE, NEGOTIATION)
    ]
    invited = [staff[key] for key in waiting]
    message_at_meridian(chronicles[0], staff=staff, learners=learners, invited=invited, operator=operator)
    fresh = _fresh(staff)
    others = [person for person in learners if person not in fresh]
    sale_at_meridian(chronicles[1], staff=staff, learners=others, fresh=fresh)
    negotiation_at_meridian(chronicles[2], staff=staff, learners=learners)
    return staff


def _fresh(meridian: Staff) -> list[User]:
    """Those at Meridian whose bell is to have something new today."""
    return [meridian[key] for key in ("ada", "max", people.LENA_BOSS.key, "olha.shevchuk")]


def _harbor(diary: Diary, catalogue: Catalogue, password_hash: str, rng: random.Random) -> Staff:
    company = found(name="Harbor Labs", plan=Company.Plan.PLUS, time_zone="Pacific/Auckland", seats=25)
    diary.note_mornings(company, days=MORNINGS_AT_HARBOR)
    drafts = people.small(people.HARBOR, region="APAC")
    waiting = [people.HARBOR[-1][0]]
    staff = hire(
        drafts,
        company=company,
        domain="harbor.example",
        password_hash=password_hash,
        waiting=waiting,
        now=diary.now,
        rng=rng,
    )
    certification = catalogue[MESSAGE.slug]
    training.put_in_scope(company=company, certification=certification)
    chronicle = Chronicle(diary, company=company, certification=certification, session_title=MESSAGE.training, rng=rng)
    message_at_harbor(chronicle, staff=staff)
    return staff


def _solo(now: datetime, password_hash: str, rng: random.Random) -> None:
    """A company whose plan has no team pages, and that has no certification in scope."""
    company = found(name="Solo Studio", plan=Company.Plan.CONNECT, time_zone="Europe/Berlin", seats=5)
    drafts = people.small(people.SOLO, region="EMEA")
    hire(drafts, company=company, domain="solo.example", password_hash=password_hash, now=now, rng=rng)
