"""How a press, or a file, is refused as a whole. Nothing was written; the text says what to do instead."""


class RefusedOperation(Exception):
    """The base of all refusals of a press."""


class NothingSelected(RefusedOperation):
    pass


class TooManySelected(RefusedOperation):
    pass


class InvalidDueDate(RefusedOperation):
    pass


class InvalidMove(RefusedOperation):
    """Due dates cannot be moved by that."""


class InvalidName(RefusedOperation):
    pass


class InvalidPlan(RefusedOperation):
    pass


class InvalidPlanForManagers(InvalidPlan):
    """On the days on which managers are told."""


class ChangedMeanwhile(RefusedOperation):
    """Somebody else has changed what was on the screen."""


class CannotBeTakenBack(RefusedOperation):
    """What was pressed is of a kind that stays, or somebody has taken it back already."""


class NotPermitted(RefusedOperation):
    """Whoever pressed may not do this, or not to this certification."""


class RepeatedWithOtherContent(RefusedOperation):
    """The same `op_id` came before, asking for something else."""


class Unreadable(Exception):
    """A file of which nothing can be made."""
