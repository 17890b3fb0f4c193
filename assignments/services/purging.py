"""Files are kept for a setting's days, then deleted with all their lines. What they did stays, in their operations."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from assignments.models import Upload, UploadRow

logger = logging.getLogger(__name__)

#: One sweep deletes no more than that, since emails wait behind it; the next one goes on.
AT_ONCE = 5


def purge_uploads(*, at: datetime) -> int:
    """Delete what was uploaded more than `KEEP_UPLOADS_DAYS` ago and is not under way. Returns how many files.

    Any sweep may call it at any time. Each file is a transaction of its own. Companies upload by hand, so that
    the table is short and asking costs next to nothing.
    """
    old = Upload.objects.settled().filter(uploaded_at__lt=at - timedelta(days=settings.KEEP_UPLOADS_DAYS))
    purged = sum(_purged(pk) for pk in old.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    if purged:
        logger.info("purged %s uploaded files", purged)
    return purged


@transaction.atomic
def _purged(pk: int) -> bool:
    """Whether it was for us to delete it: somebody may have pressed its button meanwhile, or deleted it."""
    held = Upload.objects.settled().select_for_update(skip_locked=True, of=("self",))
    if not held.filter(pk=pk).values_list("pk", flat=True).first():
        return False
    UploadRow.objects.filter(upload=pk).delete()
    Upload.objects.filter(pk=pk).delete()
    return True
