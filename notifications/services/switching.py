"""What a person does with the switches of their emails."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from notifications import kinds
from notifications.models import SwitchedOff


@transaction.atomic
def switch_emails(
    *, person: AbstractBaseUser, at: datetime, off: Collection[str] = (), on: Collection[str] = ()
) -> None:
    """Send the person no more emails of the kinds that are switched `off`, and those switched `on` again.

    What is so already stays so, with its moment. It counts for whatever is not sent yet; what was declined by
    then is not sent afterwards. Raises ValueError for a kind whose emails always come. Two queries.
    """
    always = {*off, *on}.difference(kind.name for kind in kinds.optional())
    if always:
        raise ValueError(f"nobody may switch off: {', '.join(sorted(always))}")
    SwitchedOff.objects.visible_to(person).filter(kind__in=on).delete()
    SwitchedOff.objects.bulk_create(
        [SwitchedOff(recipient_id=person.pk, kind=kind, switched_off_at=at) for kind in off], ignore_conflicts=True
    )
