"""Who there is: users who sign in, landlords whose book it is, and memberships between them."""

from datetime import date
from typing import Any
from zoneinfo import available_timezones

from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from phonenumber_field.modelfields import PhoneNumberField

from .choices import Language, Role


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str | None = None, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email) or None, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractUser):
    """A person who signs in, by e-mail or by phone; there is no user name."""

    username = None  # type: ignore[assignment]
    email = models.EmailField(_("e-mail"), unique=True, null=True, blank=True)  # type: ignore[assignment]
    phone = PhoneNumberField(_("phone"), unique=True, null=True, blank=True)

    objects = UserManager()  # type: ignore[assignment,misc]

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = []

    #: Wagtail's pages and files are hidden: nobody holds rights there, so they are not asked for at each request.
    _page_permission_cache = _collection_permission_cache = ()

    @cached_property
    def roles(self) -> "list[Membership]":
        """What the user is in each book, with its landlord, by its name; read once, as a request has its own user."""
        return list(self.memberships.select_related("landlord").order_by("landlord__name", "landlord"))

    def __str__(self) -> str:
        return self.get_full_name() or self.email or f"…{str(self.phone)[-3:]}"


def known_time_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(
            _("%(name)s is not a time zone; write it as Africa/Dar_es_Salaam."), params={"name": name}
        )


class Landlord(models.Model):
    """The account whose book it is: a person or an office. Every business row belongs to one."""

    code = models.CharField(
        _("code"),
        max_length=3,
        unique=True,
        validators=[RegexValidator(r"^[A-Z]{3}\Z", _("Three capital letters, such as DAR."))],
        help_text=_("Three letters that stand in every invoice number."),
    )
    name = models.CharField(_("name"), max_length=120)
    country = models.CharField(_("country"), max_length=2, help_text=_("Two letters, such as TZ."))
    currency = models.CharField(_("currency"), max_length=3)
    language = models.CharField(_("language"), max_length=2, choices=Language.choices, default=Language.ENGLISH)
    time_zone = models.CharField(_("time zone"), max_length=40, validators=[known_time_zone])
    phone = PhoneNumberField(_("phone"), null=True, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    other_ways_to_pay = models.TextField(
        _("other ways to pay"),
        blank=True,
        help_text=_("Bank account or office hours, shown on bills and the pay page."),
    )
    logo = models.FileField(
        _("logo"), upload_to="logos/", blank=True, help_text=_("A PNG or JPEG picture, shown on bills and letters.")
    )
    locked_through = models.DateField(
        _("books locked through"), null=True, blank=True, help_text=_("No entry may be dated on or before this day.")
    )
    day_done = models.DateField(_("day done"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("landlord")
        verbose_name_plural = _("landlords")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class BooksLocked(ValidationError):
    """An entry dated inside a closed month (docs/rules.md, D48)."""


def check_open(landlord: Landlord, on: date) -> None:
    """Raise BooksLocked when an entry may not be dated `on`: asked wherever an entry is dated."""
    if landlord.locked_through and on <= landlord.locked_through:
        text = _("The books are locked through %(day)s: date the entry after that day.")
        raise BooksLocked(text, params={"day": landlord.locked_through.isoformat()}, code="locked")


class Membership(models.Model):
    """What a user is for a landlord.

    `name` is what this book calls the person: who adds somebody learns nothing of what other books know of them.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("user"))
    landlord = models.ForeignKey(
        Landlord, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("landlord")
    )
    name = models.CharField(_("name"), max_length=120, blank=True)
    role = models.CharField(_("role"), max_length=12, choices=Role.choices)

    class Meta:
        verbose_name = pgettext_lazy("of a book", "person")
        verbose_name_plural = pgettext_lazy("of a book", "people")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["user", "landlord"], name="membership_once")]

    def __str__(self) -> str:
        return self.name or str(self.user)
