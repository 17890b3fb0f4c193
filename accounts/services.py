"""What happens to people: the only writer of companies and users.

Instants are aware; `by` is whoever asked for the change, None when the system did.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from . import departures
from .errors import RefusedChange
from .models import Company, User


@transaction.atomic
def save_company(*, company: Company) -> Company:
    """Add a company, or keep what was changed about it. Raises ValidationError."""
    company.full_clean()
    company.save()
    return company


def hold_company(pk: int | None) -> None:
    """Hold off whoever changes what goes for a whole company, such as its reminders, and nobody else.

    Comes before any row of its people: whoever held a person and waited here would be waited for by
    those who hold the company and want the person. Operators have no company, so there is nothing to
    hold. Django has no word for a lock that many may hold. SQLite has one writer at a time anyway.
    """
    if pk is not None and connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM accounts_company WHERE id = %s FOR KEY SHARE", [pk])


@transaction.atomic
def create_operator(*, email: str, password: str | None, **fields: Any) -> User:
    """Vendor staff with every right in the back office and no company. Raises ValidationError."""
    rights = {"status": User.Status.ACTIVE, "is_staff": True, "is_superuser": True}
    return _create(email=email, password=password, **rights, **fields)


@transaction.atomic
def create_person(
    *, company: Company, email: str, first_name: str, last_name: str, password: str | None = None, **fields: Any
) -> User:
    """A new person of a company: Waiting unless a status is given.

    Raises ValidationError, `RefusedChange` for a manager elsewhere.
    """
    manager: User | None = fields.get("reports_to")
    if refusal := manager and why_not_manager(person=User(company=company), manager=manager):
        raise RefusedChange(refusal)
    return _create(
        company=company, email=email, first_name=first_name, last_name=last_name, password=password, **fields
    )


def _create(*, email: str, password: str | None, **fields: Any) -> User:
    user = User(email=email.strip().lower(), **fields)
    user.set_password(password)
    user.full_clean(exclude=["password"])
    try:
        with transaction.atomic():
            user.save()
            EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    except IntegrityError as error:
        raise _taken() from error
    return user


def _taken() -> ValidationError:
    """Somebody took the address between the check and the writing."""
    return ValidationError({"email": "Somebody with this email address exists already."})


#: What an admin or operator may change about a person in one go; the rest has services of its own.
DETAILS = {"first_name", "last_name", "title", "functional_area", "region", *User.PERMISSIONS}


@transaction.atomic
def change_details(*, person: User, **details: Any) -> None:
    """Change some of the `DETAILS` of a person. Raises ValidationError; TypeError for anything else."""
    if strange := set(details) - DETAILS:
        raise TypeError(f"Not a detail of a person: {', '.join(sorted(strange))}")
    for name, value in details.items():
        setattr(person, name, value)
    person.clean_fields(exclude=["password"])
    person.save(update_fields=[*details])


def set_password(*, person: User, password: str) -> None:
    """Nothing but the password is written: a person deactivated a moment ago stays so. Sessions end."""
    person.set_password(password)
    person.save(update_fields=["password"])


@transaction.atomic
def change_manager(*, person: User, manager: User | None) -> None:
    """Set whom a person reports to. Raises `RefusedChange` for another company's or a circle."""
    # One change of a company's hierarchy at a time: two that are harmless alone could close a circle.
    if person.company is not None:
        Company.objects.select_for_update(no_key=True).get(pk=person.company.pk)
    if refusal := manager and why_not_manager(person=person, manager=manager):
        raise RefusedChange(refusal)
    person.reports_to = manager
    person.save(update_fields=["reports_to"])


def why_not_manager(*, person: User, manager: User) -> str:
    """Why the person cannot report to the manager; empty when they can."""
    if manager.company_id != person.company_id:
        return "A manager must be of the same company."
    if manager.pk == person.pk:
        return "Nobody can report to themselves."
    if person.pk and User.objects.below(person).contains(manager):
        return f"{manager.full_name} reports to {person.full_name}; that would be a circle."
    return ""


@transaction.atomic
def change_email(*, person: User, email: str) -> None:
    """Move a person to another address: login, mails and all. Running sessions end.

    Changing `User.email` alone would leave the old address good for logging in.
    Raises ValidationError when the address is malformed or taken.
    """
    before, person.email = person.email, email.strip().lower()
    try:
        person.full_clean(exclude=["password"])
        with transaction.atomic():
            person.save(update_fields=["email"])
            EmailAddress.objects.filter(user=person).exclude(email__iexact=person.email).delete()
            EmailAddress.objects.update_or_create(
                user=person, email=person.email, defaults={"primary": True, "verified": True}
            )
    except (IntegrityError, ValidationError) as error:
        person.email = before
        if isinstance(error, IntegrityError):
            raise _taken() from error
        raise
    end_sessions(person=person)


def end_sessions(*, person: User) -> None:
    """Every running session of this person ends with its next request."""
    User.objects.filter(pk=person.pk).update(session_generation=F("session_generation") + 1)
    person.refresh_from_db(fields=["session_generation"])


def record_login(*, person: User) -> None:
    """An invited person becomes Active with the first login."""
    User.objects.filter(pk=person.pk, status=User.Status.WAITING).update(status=User.Status.ACTIVE)
    person.refresh_from_db(fields=["status"])


@transaction.atomic
def deactivate(*, person: User, by: User | None, at: datetime) -> bool:
    """End a person's access: open assignments close, sessions end, progress stays.

    Returns whether anything changed; a person who is Inactive already stays as they are.
    """
    hold_company(person.company_id)
    locked = User.objects.locked().get(pk=person.pk)
    if locked.status == User.Status.INACTIVE:
        return False
    User.objects.filter(pk=person.pk).update(status=User.Status.INACTIVE)
    end_sessions(person=person)
    departures.announce(person=locked, by=by, at=at)
    person.refresh_from_db(fields=["status", "is_active"])
    return True


@transaction.atomic
def reactivate(*, person: User) -> bool:
    """Let an Inactive person back in. Returns whether anything changed.

    What was closed on leaving stays closed. Who never logged in is Waiting again.
    """
    status = User.Status.ACTIVE if person.last_login else User.Status.WAITING
    changed = User.objects.filter(pk=person.pk, status=User.Status.INACTIVE).update(status=status)
    person.refresh_from_db(fields=["status", "is_active"])
    return bool(changed)
