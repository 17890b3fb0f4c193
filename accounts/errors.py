"""How changes to people are refused."""


class RefusedChange(Exception):
    """A change that a person asked for and that must not be; its text says why, to that person."""
