"""How uploaded files and their lines are asked for."""

from __future__ import annotations

from typing import Self

from django.db.models import QuerySet

from accounts.models import User
from assignments import models

from .assigning import is_in_scope
from .learners import of_the_company


class UploadQuerySet(QuerySet["models.Upload"]):
    def visible_to(self, user: User) -> Self:
        """The company's, of certifications in scope, for who may assign."""
        return of_the_company(self, user).filter(is_in_scope())

    def under_way(self) -> Self:
        """Those that somebody has to go on with, the oldest first."""
        return self.filter(state__in=models.Upload.UNDER_WAY).order_by("pk")

    def settled(self) -> Self:
        """Those that wait for nobody but an admin."""
        return self.exclude(state__in=models.Upload.UNDER_WAY)


class UploadRowQuerySet(QuerySet["models.UploadRow"]):
    def good(self) -> Self:
        return self.filter(fault="", reason="")

    def left(self) -> Self:
        """Those for which nothing can be done, or was."""
        return self.exclude(fault="", reason="")
