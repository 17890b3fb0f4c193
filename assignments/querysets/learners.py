"""People as learners: who is assigned, eligible, or not and why."""

from __future__ import annotations

from typing import Any, Self, TypeVar

from django.db.models import CharField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet

from accounts.access import TEAM_ASSIGNMENTS
from accounts.models import User
from accounts.querysets import UserQuerySet
from assignments import models
from certifications.models import Certification, FastStartEnrollment
from certifications.querysets import (
    LACKS_ENROLLMENT,
    LACKS_TRAINING,
    Reference,
    enrolled_at,
    has_attended,
    is_enrolled,
    last_attended_on,
    steps_done,
)

#: Why somebody is not eligible, in the order people read it: annotation → words.
REASONS = {
    "is_waiting": "Invitation not accepted yet",
    "lacks_training": LACKS_TRAINING,
    "lacks_enrollment": LACKS_ENROLLMENT,
}

Rows = TypeVar("Rows", bound=QuerySet[Any])


def of_the_company(rows: Rows, user: User) -> Rows:
    """Those of the user's company, for who may assign; none for anyone else."""
    return rows.filter(company=user.company_id) if TEAM_ASSIGNMENTS.is_open_to(user) else rows.none()


class LearnerQuerySet(UserQuerySet):
    """The people of a company as learners. For one certification each Active or Waiting one is in exactly
    one of three groups: assigned, eligible, not eligible. Inactive people are in none.
    """

    def visible_to(self, user: User) -> Self:
        """The people of the company, for who may assign; nobody for anyone else."""
        return of_the_company(self, user)

    def present(self) -> Self:
        """All but Inactive people, said so that they can be counted in an index alone."""
        return self.filter(status__in=User.PRESENT)

    def eligible_for(self, certification: Certification) -> Self:
        """Active, enrolled in the prerequisite, without an open assignment: exactly those whom none of
        the `REASONS` keeps away, said without them so that the database can use its indexes.
        """
        return self.eligible_by(certification.pk, certification.program_id)

    def eligible_by(self, certification: Reference, program: Reference) -> Self:
        """The same by keys, which may be those of an outer query."""
        return self._with_standing(certification, program).filter(
            status=User.Status.ACTIVE, is_enrolled=True, is_assigned=False
        )

    def not_eligible_for(self, certification: Certification) -> Self:
        """Everyone else, each with at least one of the `REASONS` true as an annotation."""
        # One question that is not true, and not one of two that is: that is a join for PostgreSQL.
        status = ExpressionWrapper(OuterRef("status"), output_field=CharField())
        enrolled = FastStartEnrollment.objects.current().filter(user=OuterRef("pk"), program=certification.program_id)
        able = enrolled.alias(status_of_person=status).filter(status_of_person=User.Status.ACTIVE)
        return self.with_reasons(certification).filter(~Exists(able), is_assigned=False)

    def with_reasons(self, certification: Certification) -> Self:
        """Annotates one boolean per reason that keeps a person from being assigned."""
        return (
            self.present()
            ._with_standing(certification.pk, certification.program_id)
            .annotate(
                is_waiting=Q(status=User.Status.WAITING),
                lacks_training=Q(is_enrolled=False, has_attended=False),
                lacks_enrollment=Q(is_enrolled=False, has_attended=True),
            )
        )

    def with_preparation(self, certification: Certification) -> Self:
        """Annotates `trained_on`, `enrolled_at` of the prerequisite; from before `steps_done` and `was_assigned`."""
        prerequisite = {"person": OuterRef("pk"), "program": certification.program_id}
        return self.annotate(
            trained_on=last_attended_on(**prerequisite),
            enrolled_at=enrolled_at(**prerequisite),
            steps_done=steps_done(person=OuterRef("pk"), certification=certification.pk),
            was_assigned=Exists(
                models.Assignment.objects.filter(learner=OuterRef("pk"), certification=certification.pk)
            ),
        )

    def _with_standing(self, certification: Reference, program: Reference) -> Self:
        # Of the company, which an index begins with: so it reads none of other companies.
        own = {"learner": OuterRef("pk"), "company": OuterRef("company")}
        open_assignments = models.Assignment.objects.open().filter(**own, certification=certification)
        # To filter by and to compose from: read as columns, each would have PostgreSQL hash a table for 25 rows.
        return self.alias(
            is_assigned=Exists(open_assignments),
            is_enrolled=is_enrolled(person=OuterRef("pk"), program=program),
            has_attended=has_attended(person=OuterRef("pk"), program=program),
        )
