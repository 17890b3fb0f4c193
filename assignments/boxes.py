"""What the box of a row says: a learner, as `17`; or an assignment with the version of it that was seen, as `17:3`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.core.exceptions import ValidationError

UNREADABLE = "The selection could not be read. Open the list again and select once more."
_LARGEST_ID = 2**63 - 1

#: By the id of each assignment the version that was seen; by that of a learner None.
Selection = Mapping[int, int | None]


def value_of(pk: int, version: int | None = None) -> str:
    return str(pk) if version is None else f"{pk}:{version}"


def selection_of(values: Iterable[str], has_versions: bool = False) -> Selection:
    """What the boxes with these values say. Raises ValidationError for anything else."""
    if not has_versions:
        return {_number(value): None for value in values}
    return {_number(pk): _number(version) for pk, _, version in (value.partition(":") for value in values)}


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or int(text[:20]) > _LARGEST_ID:
        raise ValidationError(UNREADABLE)
    return int(text[:20])
