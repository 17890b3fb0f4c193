"""How steps on the way to a certification are refused. Each text says why, to the person concerned."""


class NotAttended(Exception):
    """Enrolment in a Fast Start Program without having attended its training."""


class StepNotOpen(Exception):
    """A step of a certification that this person may not do yet."""


class StepInUse(Exception):
    """A step that somebody has completed cannot be taken out of its certification."""
