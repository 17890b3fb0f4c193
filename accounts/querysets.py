"""How people and companies are asked for."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth.base_user import BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.db.models.fields.related_lookups import RelatedIn
from django.db.models.lookups import In

if TYPE_CHECKING:
    from .models import Company, User

_TEAMS = """
WITH RECURSIVE team (id) AS (
    SELECT id FROM accounts_user WHERE id IN ({})
    UNION
    SELECT person.id FROM accounts_user person JOIN team ON person.reports_to_id = team.id
)
SELECT id FROM team
"""


class OneOf(RawSQL):
    """The right side of `pk__in` for any number of ids: they travel as one parameter.

    SQLite refuses more than 250,000 parameters and PostgreSQL more than 65,535. SQLite reads them as JSON.
    PostgreSQL reads an array, and in a lookup compares with it: of a set returned by a function it
    knows no size, and joins a table that it takes for small row by row with a hundred thousand ids.
    """

    def __init__(self, ids: Iterable[int]) -> None:
        self.numbers = ",".join(str(int(pk)) for pk in ids)
        super().__init__("SELECT value FROM json_each(%s)", [f"[{self.numbers}]"])

    @property
    def array(self) -> str:
        return f"{{{self.numbers}}}"

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        """Where it stands outside of a lookup of ours."""
        return "(SELECT unnest(%s::bigint[]))", [self.array]


class _AnyOf:
    """`… = ANY (array)`, PostgreSQL's way to hash what is compared, or to go to each by an index."""

    rhs: Any

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        if not isinstance(self.rhs, OneOf):
            return self.as_sql(compiler, connection)  # type: ignore[attr-defined]  # the lookup beside has it
        column, params = self.process_lhs(compiler, connection)  # type: ignore[attr-defined]  # and this
        return f"{column} = ANY (%s::bigint[])", [*params, self.rhs.array]


@models.BigAutoField.register_lookup
class _IdIn(_AnyOf, In):
    """`pk__in`"""


@models.ForeignKey.register_lookup
class _RelatedIdIn(_AnyOf, RelatedIn):
    """`learner__in`"""


def one_of(ids: Iterable[int]) -> OneOf:
    """Any number of ids, for `pk__in`; as a word of the sentence that it stands in."""
    return OneOf(ids)


class CompanyQuerySet(models.QuerySet["Company"]):
    def on_plus(self) -> Self:
        return self.filter(plan=self.model.Plan.PLUS)

    def time_zones(self) -> models.QuerySet[Company, str]:
        """The distinct IANA names in use, one row per zone."""
        return self.order_by().values_list("time_zone", flat=True).distinct()

    def is_the_demo(self) -> bool:
        """Whether every company here was made by the demo, so that nobody real can be reached."""
        return self.exists() and not self.filter(is_demo=False).exists()


class UserQuerySet(models.QuerySet["User"]):
    def below(self, manager: User) -> Self:
        """Everyone below `manager` at any depth, without the manager; one query, safe in a circle."""
        return self.in_teams_of([manager.pk]).exclude(pk=manager.pk)

    def in_teams_of(self, managers: Collection[int]) -> Self:
        """The people of these ids, of which there is one at least, and everyone below any of them at any depth; one
        query, safe in a circle.
        """
        teams = RawSQL(_TEAMS.format(", ".join(["%s"] * len(managers))), [*managers])  # noqa: S611, values are parameters
        return self.filter(pk__in=teams)

    def matching(self, words: str) -> Self:
        """Those in whose name or email address each of the words occurs, in any case."""
        found = self
        for word in words.split():
            found = found.filter(
                Q(first_name__icontains=word) | Q(last_name__icontains=word) | Q(email__icontains=word)
            )
        return found

    def by_name(self) -> Self:
        return self.order_by("first_name", "last_name", "pk")

    def locked(self) -> Self:
        """Holds the rows to the end of the transaction. All who hold several take them in this one order."""
        return self.order_by("pk").select_for_update(no_key=True, of=("self",))


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]  # a class made at run time
    """The stock manager's doors, which the framework's own commands use."""

    def get_by_natural_key(self, username: str | None) -> Any:
        return self.get(email__iexact=username)

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """An operator: `manage.py createsuperuser` ends here."""
        from .services import create_operator

        return create_operator(email=email, password=password, **fields)
