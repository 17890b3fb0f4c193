"""The demo's catalogue: what there is to learn, in words of our own."""

from __future__ import annotations

from dataclasses import dataclass

from certifications import services as training
from certifications.models import Certification, FastStartProgram, Step


@dataclass(frozen=True, kw_only=True)
class Course:
    """A Fast Start Program, the certification that builds on it, and its steps."""

    title: str
    slug: str
    program: str
    program_slug: str
    program_description: str
    training: str
    description: str
    steps: list[tuple[str, str]]


MESSAGE = Course(
    title="Command of the Message",
    slug="command-of-the-message",
    program="Message Foundations",
    program_slug="message-foundations",
    program_description="Six weeks of short exercises that turn the two training days into habits, one customer meeting at a time.",
    training="Command of the Message workshop",
    description="Say why a customer should change, why now and why with you: in the customer’s words, and with proof.",
    steps=[
        (
            "Map one account’s pains to people",
            "Choose an open opportunity. Write down three business pains, who feels each of them and what it costs them in a quarter.",
        ),
        (
            "Write your value framework",
            "For the same account, put today’s situation, its consequences, the better state and the measurable outcome on one page.",
        ),
        (
            "Ask before you tell",
            "Prepare eight open questions that lead from the situation to its consequences. Use five in a real call and note the answers.",
        ),
        (
            "Prove it three times",
            "Collect three proof points: a figure, a customer’s own words, a comparison. Say which doubt each of them settles.",
        ),
        (
            "Answer “why you?” in two minutes",
            "Record yourself answering without slides. Watch it once, then record it again and keep the better one.",
        ),
        (
            "Hold a discovery call with a listener",
            "Invite your manager or a colleague to a discovery call. Agree afterwards on one thing to keep and one to change.",
        ),
    ],
)

SALE = Course(
    title="Command of the Sale",
    slug="command-of-the-sale",
    program="Sale Foundations",
    program_slug="sale-foundations",
    program_description="Five weeks on your own pipeline: qualify harder, plan together with the buyer, forecast what you can show.",
    training="Command of the Sale workshop",
    description="Know at every moment where a deal stands, what is missing, and what both sides will do next.",
    steps=[
        (
            "Qualify one deal without mercy",
            "Take your largest open deal. Mark everything that you assume but have not heard from the customer, and plan how to hear it.",
        ),
        (
            "Find the one who signs",
            "Describe how the customer decides: who is asked, who can say no, who signs. Have somebody at the customer confirm it.",
        ),
        (
            "Test your champion",
            "Ask for something that costs your champion effort: an introduction, a figure, a meeting. Note what came back and when.",
        ),
        (
            "Write a plan with the buyer",
            "Agree on the steps to a decision with dates and owners on both sides, in a document that the customer edits too.",
        ),
        (
            "Defend your forecast",
            "Explain to your manager, deal by deal, what you commit for this quarter and the evidence that each date rests on.",
        ),
        (
            "Walk away from one deal",
            "Choose a deal that will not close, say why in three sentences, and tell the customer in a way that leaves the door open.",
        ),
        (
            "Look back on a loss",
            "Interview a customer who decided against us. Name the earliest moment at which you could have known.",
        ),
    ],
)

NEGOTIATION = Course(
    title="Value Negotiation",
    slug="value-negotiation",
    program="Negotiation Foundations",
    program_slug="negotiation-foundations",
    program_description="Four weeks between the workshop and your next renewal: prepare, trade, and stay calm while you do.",
    training="Value Negotiation workshop",
    description="Keep the price tied to the value: prepare what you may trade, never give without getting, close without a discount.",
    steps=[
        (
            "List what you can trade",
            "Write down eight things other than the price that you can offer or ask for, and what each is worth to either side.",
        ),
        (
            "Set your limits before the call",
            "For one negotiation, note your aim, your limit and your alternative, and have them approved before anybody asks.",
        ),
        (
            "Rehearse the hard sentence",
            "Practise answering “your competitor is cheaper” with a colleague, until you answer with a question and without haste.",
        ),
        (
            "Trade, do not give",
            "In a real negotiation, get something back for every concession. Keep a list of both, in the order in which they came.",
        ),
        (
            "Close and write it down",
            "Sum up what was agreed within a day, in the customer’s words, with the outcome that the price pays for.",
        ),
    ],
)

COURSES = [MESSAGE, SALE, NEGOTIATION]


def fill_catalogue() -> dict[str, Certification]:
    """Make programs, certifications and steps. Returns the certifications by slug."""
    return {course.slug: _certification(course) for course in COURSES}


def _certification(course: Course) -> Certification:
    program = FastStartProgram(title=course.program, slug=course.program_slug, description=course.program_description)
    training.save_entry(entry=program)
    certification = Certification(title=course.title, slug=course.slug, description=course.description, program=program)
    training.save_entry(entry=certification)
    steps = [Step(title=title, description=description) for title, description in course.steps]
    training.arrange_steps(certification=certification, steps=steps)
    return certification
