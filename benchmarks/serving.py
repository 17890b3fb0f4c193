"""B6, B7 and B8: real processes under load, three rounds of them; emails going out meanwhile; what they hold."""

from __future__ import annotations

import html
import re
import statistics
from collections import defaultdict
from collections.abc import Iterator

from .delivering import waiting_emails
from .figures import ROUNDS, Figure, Timed
from .population import ASSIGNED, Populated, ask
from .processes import WORKERS, Running
from .visitors import Visitor

ENROLL, HELLO = "/enroll/assignments/", "/hello/"
POLL, PAGE = "the bell’s poll", "Enroll → Assignments"
GOALS = {POLL: 0.4, PAGE: 0.2}
SLOWER, GROWN = 1.5, 2.0
#: Seconds of load per address and round; of emails going out, at most. Less at a small scale, and not less than one.
LOAD, MAILING = 4.0, 15.0


def measure(company: Populated, emails: int, *, scale: float, only: set[str]) -> Iterator[Figure]:
    load, mailing = max(1.0, LOAD * scale), max(1.0, MAILING * scale)
    learner = Visitor(ask(_LEARNER, company=company.pk, slug=ASSIGNED.slug))
    session, bell = learner.session, _poll_of(learner.get(ENROLL))
    addresses = {"hello-world": HELLO, POLL: bell, PAGE: ENROLL}
    rates: dict[str, list[float]] = defaultdict(list)
    waits: dict[str, list[float]] = defaultdict(list)
    held: dict[str, list[float]] = defaultdict(list)
    with Running() as running, waiting_emails(company, emails) as reset:
        reset(0)
        running.wait_for_pages()
        running.start_delivery()
        for path in addresses.values():
            running.load(session, path, seconds=1)
        for _ in range(ROUNDS):
            for name, path in addresses.items():
                rates[name].append(len(running.load(session, path, seconds=load)) / load)
            waits["idle"].append(statistics.median(running.load(session, bell, ENROLL, seconds=load, clients=1)))
            reset(emails)
            waits["mailing"].append(statistics.median(running.load(session, bell, ENROLL, seconds=mailing, clients=1)))
            rates["emails"].append((emails - ask(_WAITING)) / mailing)
            reset(0)
            for name, mib in running.memory().items():
                held[name].append(mib)
    figures = [*_rates(rates), _waits(waits, rates["emails"], emails), *_memory(held)]
    yield from (figure for figure in figures if not only or figure.id in only)


def _poll_of(page: str) -> str:
    """What an open page asks for once a minute: whether there is news, which there mostly is not."""
    return html.unescape(re.findall(r'id="bell"[^>]* hx-get="([^"]+)"', page)[0])


def _rates(rates: dict[str, list[float]]) -> Iterator[Figure]:
    hello = statistics.median(rates["hello-world"])
    for name, goal in GOALS.items():
        own = statistics.median(rates[name])
        told = {"requests a second": f"{own:.0f}", "hello-world": f"{hello:.0f}", "gunicorn workers": WORKERS}
        yield Figure("B6", name, own / hello, "of the hello-world view", goal, at_least=True, notes=told)


def _waits(waits: dict[str, list[float]], speeds: list[float], emails: int) -> Figure:
    mailing, idle = Timed(waits["mailing"]), Timed(waits["idle"])
    told = {"idle": idle.in_words, "emails a second": f"{statistics.median(speeds):.0f}"}
    job, factor = f"web requests while {emails:,} emails go out", mailing.median / idle.median
    return Figure("B7", job, factor, "x idle", SLOWER, timed=mailing, limit=idle, notes=told)


def _memory(held: dict[str, list[float]]) -> Iterator[Figure]:
    for name, mib in held.items():
        rounds = ", ".join(f"{each:.0f}" for each in mib)
        yield Figure("B8", f"{name}, grown", max(0.0, mib[-1] - mib[0]), "MiB", GROWN, notes={"MiB by round": rounds})


_LEARNER = """
SELECT person.email FROM accounts_user person JOIN assignments_assignment assignment ON learner_id = person.id
JOIN certifications_certification certification ON certification.id = certification_id
WHERE person.company_id = %(company)s AND slug = %(slug)s AND NOT can_manage_assignments ORDER BY person.id LIMIT 1
"""
_WAITING = "SELECT count(*) FROM notifications_notification WHERE state IN ('pending', 'claimed', 'sending')"
