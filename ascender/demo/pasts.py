"""What is to have happened with each certification at each company: the demo's states, one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from accounts.models import Company, User
from assignments import services as assigning
from assignments.reminders import Plan
from certifications.models import Certification
from notifications.post import Refused, TryLater

from .diary import Diary
from .history import Chronicle, Round, Wave, known_op_id, play_rounds
from .staff import Staff

TOLD_TODAY_DUE_IN = timedelta(days=21)
REMINDED_TODAY = timedelta(minutes=25)
#: Beside the reminder that a company has without choosing: who is late is told so, and so is their manager.
PLAN_AT_MERIDIAN = Plan(learner=(5, -2), manager=(-2,))
MAILBOX_FULL = Refused("The mail server refused the address: 552 5.2.2 Mailbox full.")
MAILBOX_FULL_FOR_NOW = TryLater("The mail server asks to come back later: 452 4.2.2 Mailbox full.")


def reminders_at_meridian(diary: Diary, *, company: Company, by: User) -> None:
    at = diary.workday(company, days_ago=50, at=time(16, 45))
    op_id = known_op_id("reminders")
    diary.note(at, lambda at: assigning.change_reminders(by=by, plan=PLAN_AT_MERIDIAN, seen=Plan(), op_id=op_id, at=at))


def message_at_meridian(
    chronicle: Chronicle, *, staff: Staff, learners: Sequence[User], invited: Sequence[User], operator: User
) -> None:
    """The certification that has everything: every state, every reason, every kind of change."""
    rounds = [
        Round(
            ago=140,
            attended=115,
            enrolled=107,
            waves=[
                Wave(ago=95, by="ada", size=42, due_in=-12, name="Message, first wave", completed=60, begun=22),
                Wave(ago=58, by="priya.raghunathan", size=34, due_in=4, name="Message, second wave"),
            ],
        ),
        Round(
            ago=75,
            attended=88,
            enrolled=80,
            waves=[
                Wave(ago=44, by="ada", size=24, completed=25),
                Wave(
                    ago=23,
                    by="priya.raghunathan",
                    size=22,
                    due_in=26,
                    name="Message, third wave",
                    completed=10,
                    skipped=3,
                ),
            ],
        ),
        Round(ago=20, attended=40, enrolled=21),
    ]
    shuffled = chronicle.rng.sample(learners, len(learners))
    waves = play_rounds(chronicle, rounds, learners=iter(shuffled), staff=staff)
    chronicle.training(74, went=[staff["lena"]], enrolled=[staff["lena"]])
    chronicle.training(30, went=invited[:5], enrolled=invited[:3])
    chronicle.change_due_date(21, by=staff["ada"], learners=waves[95][:6], due_in=9, reason="Quarter end")
    chronicle.change_due_date(19, by=staff["priya.raghunathan"], learners=waves[58][:3], due_in=None)
    stopped = waves[44][:7]
    for person in stopped:
        chronicle.progress(person, since=43, steps=3)
    chronicle.unassign(10, by=staff["priya.raghunathan"], learners=stopped)
    chronicle.withdraw(8, by=operator, learners=waves[23][:2])
    nobodys_boss = _without_reports(staff)
    leavers = [*waves[58][20:], *waves[23][12:], *shuffled[-40:]]
    chronicle.deactivate(7, by=staff["ada"], people=[person for person in leavers if person in nobodys_boss][:8])
    _mail_about_the_message(chronicle, waves, staff=staff)


def _mail_about_the_message(chronicle: Chronicle, waves: dict[int, list[User]], *, staff: Staff) -> None:
    """What did not arrive, what was sent again, who was reminded by hand, and a press that was taken back in time."""
    ada, priya = staff["ada"], staff["priya.raghunathan"]
    mistyped = waves[23][3:7]
    right = {person: person.email for person in mistyped}
    chronicle.mistype(mistyped)
    for person in mistyped[:2]:
        chronicle.mend_address(2, person=person, email=right[person])
    chronicle.send_again(2, by=priya, learners=[*mistyped[:2], waves[23][7]], name="sent-again")
    chronicle.assign_by_mistake(
        Wave(ago=27, by="priya.raghunathan", size=4, due_in=2), by=priya, learners=waves[23][7:11]
    )
    overdue = chronicle.diary.workday(chronicle.company, days_ago=3, at=time(11, 20))
    chronicle.remind_now(overdue, by=ada, learners=waves[95][6:26], name="reminded")
    midnight = chronicle.diary.moment(chronicle.company, days_ago=0, at=time(0))
    today = max(chronicle.diary.now - REMINDED_TODAY, midnight)
    chronicle.answer(today, waves[44][9], MAILBOX_FULL_FOR_NOW)
    chronicle.remind_now(today, by=priya, learners=waves[44][7:13], name="reminded-today")


def _without_reports(staff: Staff) -> set[User]:
    """Those below whom nobody would be left without a manager, and who are nobody in particular."""
    return set(staff.values()) - {person.reports_to for person in staff.values()} - {staff["priya.raghunathan"]}


def sale_at_meridian(chronicle: Chronicle, *, staff: Staff, learners: Sequence[User], fresh: Sequence[User]) -> None:
    rounds = [
        Round(
            ago=100,
            attended=70,
            enrolled=64,
            waves=[
                Wave(
                    ago=70, by="priya.raghunathan", size=30, due_in=-3, name="Sale, first group", completed=55, begun=30
                ),
                Wave(ago=28, by="ada", size=18, due_in=2, completed=30, begun=50),
            ],
        ),
        Round(
            ago=45, attended=48, enrolled=40, waves=[Wave(ago=16, by="ada", size=15, due_in=45, completed=0, begun=40)]
        ),
    ]
    shuffled = chronicle.rng.sample(learners, len(learners))
    waves = play_rounds(chronicle, rounds, learners=iter(shuffled), staff=staff)
    # After the reminder, before they are overdue.
    chronicle.switch_reminders_off(5, people=waves[70][:8])
    chronicle.training(40, went=[*fresh, staff["lena"]], enrolled=fresh)
    chronicle.progress(staff["max"], since=30, steps=2)
    for person in waves[28][:2]:
        before_the_reminder = chronicle.diary.moment(chronicle.company, days_ago=4, at=time(12))
        chronicle.answer(before_the_reminder, person, MAILBOX_FULL)
    before_managers_are_told = chronicle.diary.moment(chronicle.company, days_ago=1, at=time(7))
    manager = waves[70][0].reports_to
    if manager is not None:
        chronicle.answer(before_managers_are_told, manager, MAILBOX_FULL)


def negotiation_at_meridian(chronicle: Chronicle, *, staff: Staff, learners: Sequence[User]) -> None:
    rounds = [
        Round(
            ago=64,
            attended=44,
            enrolled=38,
            waves=[Wave(ago=35, by="ada", size=20, due_in=12, name="Renewals negotiation", completed=40, begun=40)],
        ),
        Round(ago=18, attended=30, enrolled=12),
    ]
    play_rounds(chronicle, rounds, learners=iter(chronicle.rng.sample(learners, len(learners))), staff=staff)


def message_at_harbor(chronicle: Chronicle, *, staff: Staff) -> None:
    learners = [person for person in staff.values() if person.status == User.Status.ACTIVE and person != staff["sam"]]
    rounds = [
        Round(
            ago=50,
            attended=7,
            enrolled=6,
            waves=[Wave(ago=30, by="sam", size=4, due_in=8, completed=40, begun=40)],
        )
    ]
    play_rounds(chronicle, rounds, learners=iter(learners), staff=staff)
    chronicle.training(48, went=[staff["sam"]], enrolled=[staff["sam"]])


def tell_today(now: datetime, *, certification: Certification, by: User, learners: Sequence[User]) -> None:
    """Assign to a few people a moment ago: their mails go out when the demo starts."""
    at = now - timedelta(minutes=2)
    assigning.assign(
        by=by,
        certification=certification,
        learner_ids=[person.pk for person in learners],
        name=certification.title,
        due_on=by.own_company.day_at(at) + TOLD_TODAY_DUE_IN,
        op_id=known_op_id(f"{by.email}:{certification.slug}"),
        at=at,
    )
