"""Opening a landlord's book, and what its office changes of the book's own details and contacts."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from phonenumbers import SUPPORTED_REGIONS

from . import editing, log, uploads
from .choices import Language, Role
from .contacts import Contact
from .members import known_user, new_user
from .money import CURRENCIES
from .people import Landlord, User
from .phones import reachable
from .roles import add_member

# The zone of a country that has one; elsewhere it must be said.
ZONES = {
    "TZ": "Africa/Dar_es_Salaam", "KE": "Africa/Nairobi", "UG": "Africa/Kampala", "RW": "Africa/Kigali",
    "CM": "Africa/Douala", "SN": "Africa/Dakar", "CI": "Africa/Abidjan", "GH": "Africa/Accra", "NG": "Africa/Lagos",
    "KW": "Asia/Kuwait", "AE": "Asia/Dubai", "SA": "Asia/Riyadh", "QA": "Asia/Qatar", "BH": "Asia/Bahrain",
    "OM": "Asia/Muscat", "EG": "Africa/Cairo", "MA": "Africa/Casablanca", "GB": "Europe/London", "FR": "Europe/Paris",
}  # fmt: skip

# Why a landlord's details stay as they were when the book was opened; the operator may change those of OPERATORS.
FIXED = {
    "code": gettext_lazy("It stands in the numbers of bills and receipts."),
    "currency": gettext_lazy("Leases and their money are in it: open another book for another currency."),
    "country": gettext_lazy("Phones are read as numbers of this country: ask whoever runs the site."),
    "time_zone": gettext_lazy("It says when a day of the book begins: ask whoever runs the site."),
    "locked_through": gettext_lazy("Closing a month moves it, so that closed figures stay as they were reported."),
}
OPERATORS = {"country", "time_zone"}


@transaction.atomic
def create_landlord(
    *,
    code: str,
    name: str,
    country: str,
    currency: str,
    language: str = Language.ENGLISH,
    time_zone: str | None = None,
    owner_email: str | None = None,
    owner_password: str | None = None,
    owner_phone: str | None = None,
) -> tuple[Landlord, User | None]:
    """A landlord with a book of its own, and its owner as a user where an e-mail or phone is given.

    A user who is known by that e-mail or phone becomes the owner with the password that they have. Raises
    ValidationError for a code in use, an unknown country, currency or zone, a bad e-mail or phone.
    """
    country, currency = _known_country(country), _known_currency(currency)
    zone = time_zone or ZONES.get(country)
    if not zone:
        raise ValidationError(_("Say the time zone: it is not known for the country %s.") % country)
    phone = reachable({"phone": owner_phone}, country)["phone"]
    landlord = Landlord(
        code=code.upper(), name=name, country=country, currency=currency, language=language, time_zone=zone, phone=phone
    )
    landlord.full_clean()
    landlord.save()
    if not (owner_email or phone):
        return landlord, None
    user = known_user(owner_email, phone) or new_user(owner_email, phone, owner_password, name)
    add_member(user=user, landlord=landlord, role=Role.OWNER)
    Contact.unscoped.create(landlord=landlord, name=name, phone=phone, email=owner_email, language=language, user=user)
    return landlord, user


@transaction.atomic
def open_book(*, email: str, by: User, **given: Any) -> Landlord:
    """What create_landlord does, as the operator asks for it: owned by whoever signs in by the e-mail, and logged."""
    landlord, _owner = create_landlord(owner_email=email, **given)
    log.record([landlord], editing.CREATED, by=by, values={"code": landlord.code, "owner": email})
    return landlord


def _known_country(country: str) -> str:
    if country.upper() not in SUPPORTED_REGIONS:
        raise ValidationError(_("%s is not a country; write its two letters, such as TZ.") % country.upper())
    return country.upper()


def _known_currency(currency: str) -> str:
    if currency.upper() not in CURRENCIES:
        raise ValidationError(_("%s is not a currency; write its three letters, such as TZS.") % currency.upper())
    return currency.upper()


@transaction.atomic
def update_landlord(*, row: Landlord, seen: int | None = None, by: User | None, **details: Any) -> Landlord:
    """Change the landlord's own details; the phone as people write it in the country.

    The logo is a PNG or JPEG picture of 1 MB at most; an empty one takes it away. Raises ValidationError by field for
    what is fixed to this user and differs, and StaleForm.
    """
    free = OPERATORS if by is None or by.is_superuser else set()
    differing = {name for name in FIXED if name in details and details[name] != getattr(row, name)}
    if refused := differing - free:
        raise ValidationError({name: FIXED[name] for name in refused})
    country = _known_country(details.get("country", row.country))
    if "logo" in details:
        details["logo"] = _logo(row, details["logo"])
    return editing.change(row, by=by, seen=seen, **reachable(details | {"country": country}, country))


def _logo(row: Landlord, given: Any) -> Any:
    """The logo as it is to be kept; the file of one that it replaces goes."""
    kept = Landlord.objects.get(pk=row.pk).logo  # a form has put the new one on the row
    if given == kept:
        return kept
    logo = uploads.received(given, uploads.PICTURES, field="logo", megabytes=1) if given else ""
    uploads.drop(kept)
    return logo


def update_contact(*, row: Contact, seen: int | None = None, by: User | None, **person: Any) -> Contact:
    """Change a contact; the phone as people write it in the landlord's country. Raises ValidationError and StaleForm.

    A tenant's contact is changed with the tenant, by leasing.
    """
    return editing.change(row, by=by, seen=seen, **reachable(person, row.landlord.country))
