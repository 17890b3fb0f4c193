"""What is true of assignments, of what was done to them, and of the files that name whom to do it to."""

from .assigning import Assignment, AssignmentChange, Learner, Operation, ReminderRule
from .skipped import Skipped
from .uploads import Upload, UploadRow

__all__ = ["Assignment", "AssignmentChange", "Learner", "Operation", "ReminderRule", "Skipped", "Upload", "UploadRow"]
