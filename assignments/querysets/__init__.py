"""How learners, their assignments, what was done to them and files are asked for. The moment is a parameter."""

from .assigning import AssignmentQuerySet, ReminderRuleQuerySet, is_in_scope, is_overdue
from .learners import REASONS, LearnerQuerySet
from .occasions import day_of, has_come, next_occasion
from .operations import AssignmentChangeQuerySet, OperationQuerySet
from .uploads import UploadQuerySet, UploadRowQuerySet

__all__ = [
    "REASONS",
    "AssignmentChangeQuerySet",
    "AssignmentQuerySet",
    "LearnerQuerySet",
    "OperationQuerySet",
    "ReminderRuleQuerySet",
    "UploadQuerySet",
    "UploadRowQuerySet",
    "day_of",
    "has_come",
    "is_in_scope",
    "is_overdue",
    "next_occasion",
]
