"""Who there is: companies and their people, the hierarchy, three permissions."""

from __future__ import annotations

import zoneinfo
from datetime import date, datetime
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Now
from django.utils.crypto import salted_hmac

from .querysets import CompanyQuerySet, UserManager


def validate_time_zone(value: str) -> None:
    if value not in zoneinfo.available_timezones():
        raise ValidationError("Enter a time zone by its IANA name, for example America/New_York.")


class Company(models.Model):
    """The customer. Everything a person sees belongs to their own company."""

    class Plan(models.TextChoices):
        CONNECT = "connect", "Connect"
        PRO = "pro", "Pro"
        TEAM = "team", "Team"
        PLUS = "plus", "Plus"

    name = models.CharField(max_length=120)
    plan = models.CharField(max_length=10, choices=Plan)
    time_zone = models.CharField(
        max_length=64,
        validators=[validate_time_zone],
        help_text="IANA name. Due days end, and reminders go out, by this clock.",
    )
    seats = models.PositiveIntegerField(help_text="How many people the contract covers.")
    is_demo = models.BooleanField(
        default=False, editable=False, help_text="Made by the demo, which refuses any other database."
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = CompanyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "companies"
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="accounts_company_name_is_unique",
                violation_error_message="There is a company of this name already.",
            ),
            models.CheckConstraint(
                condition=Q(plan__in=["connect", "pro", "team", "plus"]),
                name="accounts_company_plan_is_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)

    @property
    def zone_city(self) -> str:
        """What people call its time zone: `America/Argentina/Buenos_Aires` → “Buenos Aires”."""
        return self.time_zone.rpartition("/")[2].replace("_", " ")

    @property
    def is_plus(self) -> bool:
        return self.plan == self.Plan.PLUS

    def day_at(self, at: datetime) -> date:
        """The calendar day that it is in the company's time zone at the aware instant `at`."""
        return at.astimezone(self.zone).date()


class User(AbstractBaseUser, PermissionsMixin):
    """A person of a company, or an operator of the vendor, who belongs to none.

    `is_active` follows from the status, in the database: a deactivated person cannot log in,
    an invited one can, and is Active from that moment on.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", "Waiting"
        ACTIVE = "active", "Active"
        INACTIVE = "inactive", "Inactive"

    #: Of whoever belongs to the company now.
    PRESENT = (Status.ACTIVE, Status.WAITING)

    email = models.EmailField(
        unique=True, error_messages={"unique": "Somebody with this email address exists already."}
    )
    first_name = models.CharField(max_length=80)
    last_name = models.CharField(max_length=80)
    company = models.ForeignKey(Company, null=True, blank=True, on_delete=models.PROTECT, related_name="people")
    reports_to = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="direct_reports"
    )
    title = models.CharField(max_length=120, blank=True)
    functional_area = models.CharField(max_length=80, blank=True)
    region = models.CharField(max_length=80, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING, db_default="waiting")
    is_active = models.GeneratedField(
        expression=~Q(status="inactive"),  # type: ignore[arg-type]  # the stubs know no Q here
        output_field=models.BooleanField(),
        db_persist=True,
    )
    can_manage_users = models.BooleanField(
        "Manage Users",
        default=False,
        help_text="Opens no page yet: the people who run Ascender add, edit and deactivate people.",
    )
    can_manage_assignments = models.BooleanField(
        "Manage Assignments", default=False, help_text="Assign and unassign Command Series Certifications."
    )
    can_manage_reports = models.BooleanField(
        "Manage Reports", default=False, help_text="Report on everyone in the company."
    )
    is_staff = models.BooleanField("operator", default=False, help_text="Vendor staff in the back office.")
    session_generation = models.PositiveIntegerField(
        default=0, editable=False, help_text="Raised to end every running session of this person."
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    PERMISSIONS = ("can_manage_users", "can_manage_assignments", "can_manage_reports")
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["first_name", "last_name"]

    objects = UserManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="accounts_user_email_is_unique",
                violation_error_message="Somebody with this email address exists already.",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["waiting", "active", "inactive"]),
                name="accounts_user_status_is_known",
            ),
            models.CheckConstraint(
                condition=Q(is_staff=True, company__isnull=True) | Q(is_staff=False, company__isnull=False),
                name="accounts_user_is_of_a_company_or_operator",
                violation_error_message="A person belongs to a company; an operator belongs to none.",
            ),
            models.CheckConstraint(
                condition=Q(reports_to__isnull=True) | ~Q(reports_to=F("pk")),
                name="accounts_user_does_not_report_to_self",
                violation_error_message="Nobody can report to themselves.",
            ),
        ]
        indexes = [
            # Learner lists and the report: the people of one company in the order they are shown.
            models.Index(fields=["company", "first_name", "last_name", "id"], name="accounts_user_by_name"),
            # group_sizes(): how many people of one company are Active or Waiting, and which, from the index alone.
            models.Index(fields=["company", "status", "id"], name="accounts_user_by_status"),
        ]

    def __str__(self) -> str:
        return f"{self.full_name} <{self.email}>"

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}"

    @property
    def own_company(self) -> Company:
        """The company of whoever has one. Raises `Company.DoesNotExist` for an operator."""
        if self.company is None:
            raise Company.DoesNotExist(f"{self} belongs to no company.")
        return self.company

    @property
    def granted_permissions(self) -> list[models.Field[bool, bool]]:
        """Those of the three that this person has: each with its `verbose_name` and `help_text`."""
        fields = [field for field in self._meta.concrete_fields if field.name in self.PERMISSIONS]
        return [field for field in fields if getattr(self, field.name)]

    def get_full_name(self) -> str:
        return self.full_name

    def get_short_name(self) -> str:
        return self.first_name

    def _get_session_auth_hash(self, secret: Any = None) -> str:
        """What a session must know to stay valid: the password and the session generation.

        Django compares it on every request, so raising the generation ends all sessions at once.
        """
        return salted_hmac(
            "accounts.User.session", f"{self.password}:{self.session_generation}", secret=secret, algorithm="sha256"
        ).hexdigest()
