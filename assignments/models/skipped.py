"""What an operation keeps of whoever stayed as they were."""

from __future__ import annotations

from typing import NotRequired, TypedDict


class Skipped(TypedDict):
    """Somebody who stayed as they were, and why; all who are unknown are one, without a name."""

    name: str
    email: str
    reason: str
    #: What was selected: the learner or the assignment. None of who is unknown.
    id: NotRequired[int]
    #: That of the open assignment in the way, where the operation's due day could be given to it instead.
    box: NotRequired[str]
    #: The dialog had not said so.
    unforeseen: NotRequired[bool]
