"""Presses, and what each did to whom."""

from __future__ import annotations

from collections.abc import Collection
from typing import Self

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import User
from assignments import models

from .assigning import is_in_scope
from .learners import LearnerQuerySet, of_the_company


class OperationQuerySet(QuerySet["models.Operation"]):
    def visible_to(self, user: User) -> Self:
        """The company's, for who may assign."""
        return of_the_company(self, user)

    def about_a_selection(self) -> Self:
        """Those for which somebody chose people of one certification."""
        return self.exclude(kind__in=models.Operation.ABOUT_NO_SELECTION)

    def newest_first(self) -> Self:
        return self.order_by("-made_at", "-pk")

    def for_list(self) -> Self:
        """Each as one line among others. Whom they skipped is read where it is listed alone: that may be a hundred
        thousand names in each.
        """
        return self.select_related("certification", "made_by", "takes_back").defer("skipped", "takes_back__skipped")

    def for_result(self) -> Self:
        """One with what came of it, which press took it back included. Annotates `is_in_scope`: whether its
        certification still exists for the company; what is about none always is. Asked of a whole list, PostgreSQL
        would read the scope of all companies.
        """
        found = self.for_list().select_related("company", "certification__program", "taken_back_in__made_by")
        return found.defer("taken_back_in__skipped").annotate(is_in_scope=Q(certification=None) | Q(is_in_scope()))

    def about_certifications(self, slugs: Collection[str]) -> Self:
        """Those of one of these certifications; a deactivation is about each one in which it closed something."""
        changed = models.AssignmentChange.objects.filter(
            operation__certification=None, assignment__certification__slug__in=slugs
        )
        return self.filter(Q(certification__slug__in=slugs) | Q(certification=None, pk__in=changed.values("operation")))

    def that_changed(self, learners: LearnerQuerySet) -> Self:
        """Those that changed something for one of these people."""
        changed = models.AssignmentChange.objects.filter(assignment__learner__in=learners.values("pk"))
        return self.filter(pk__in=changed.values("operation"))


class AssignmentChangeQuerySet(QuerySet["models.AssignmentChange"]):
    def of_assignments(self) -> Self:
        """Those that changed the assignment itself, not only wrote to its learner."""
        return self.exclude(kind__in=[models.AssignmentChange.Kind.SENT_AGAIN, models.AssignmentChange.Kind.REMINDED])

    def not_overtaken(self) -> Self:
        """The last change each of its assignment. An assignment is locked while it is changed: keys are in order."""
        later = models.AssignmentChange.objects.of_assignments()
        return self.filter(~Exists(later.filter(assignment=OuterRef("assignment"), pk__gt=OuterRef("pk"))))

    def with_people(self) -> Self:
        """With the learner and the certification of each."""
        return self.select_related("assignment__learner", "assignment__certification")
