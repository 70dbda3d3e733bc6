"""People who can sign in, and the roles they hold: at which unit, from when, until when."""

from datetime import date
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone

from wmt.site.accounts.roles import ROLES


class UserManager(BaseUserManager["User"]):
    """Makes users; there is no open sign-up, so only administrators and the sign-on get here."""

    def create_user(self, email: str, *, name: str, password: str | None = None, **more: Any) -> "User":
        """A user who may sign in. Without a password only the organisation's sign-on lets them in."""
        user = self.model(email=email.strip().lower(), name=name, **more)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person who may sign in. `staff_code` is their code in the extract, and so their own posts."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    staff_code = models.CharField(max_length=40, blank=True)
    is_active = models.BooleanField(default=True)
    is_demonstration = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)

    #: the token by which a program acts as them in this request; None where they are here themselves
    token: "ApiToken | None" = None
    #: what their token of the sign-on says of roles in other services; nothing here is allowed by it
    authorities: frozenset[str] = frozenset()

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name


class RoleGrant(models.Model):
    """A role of a person at a unit (its level and code; the nation is 'nation'), for a time.

    `last_day` empty: until somebody ends it. Both days count.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(max_length=40, choices=[(name, role.title) for name, role in ROLES.items()])
    level = models.CharField(max_length=10)
    code = models.CharField(max_length=100)
    first_day = models.DateField()
    last_day = models.DateField(null=True, blank=True)
    granted_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    granted_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.role} at {self.level} {self.code}"


class LimitedAccess(models.Model):
    """Who is excluded from a case, and the only people it is open to, by staff codes in capitals.

    Of a case, by its reference in capitals, one row is current; what was recorded before stays beside it.
    """

    ref = models.TextField()
    excluded = models.JSONField(default=list)
    restricted = models.JSONField(default=list)
    is_current = models.BooleanField(default=True)
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    who = models.CharField(max_length=160)
    as_at = models.DateTimeField(null=True)  # of which they are, where another system or an extract said them

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["ref"], condition=models.Q(is_current=True), name="one_current_limit"
            ),
        )

    def __str__(self) -> str:
        return f"limits {self.pk}"


class ApiToken(models.Model):
    """A token by which a program acts as a person: never more than they may do at that moment.

    Only a hash of it is kept; `hint` are its first characters. With `role`, `level` and `code` it has this
    one role of theirs and no other, as long as they hold it. Both days count.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80)
    hash = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=12)
    first_day = models.DateField()
    last_day = models.DateField()
    reads_only = models.BooleanField(default=False)
    role = models.CharField(max_length=40, blank=True)
    level = models.CharField(max_length=10, blank=True)
    code = models.CharField(max_length=100, blank=True)
    last_used = models.DateField(null=True)
    made_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.hint}…)"

    def lets(self, grant: RoleGrant) -> bool:
        return not self.role or (grant.role, grant.level, grant.code) == (self.role, self.level, self.code)

    def counts_on(self, day: date) -> bool:
        """Whether it opens anything on a day."""
        return self.ended_at is None and self.first_day <= day <= self.last_day
