"""Opening a landlord's book."""

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _
from phonenumbers import SUPPORTED_REGIONS

from .choices import Language, Role
from .contacts import Contact
from .money import CURRENCIES
from .people import Landlord, User
from .phones import parse_phone
from .roles import add_member

# The zone of a country that has one; elsewhere it must be said.
ZONES = {
    "TZ": "Africa/Dar_es_Salaam", "KE": "Africa/Nairobi", "UG": "Africa/Kampala", "RW": "Africa/Kigali",
    "CM": "Africa/Douala", "SN": "Africa/Dakar", "CI": "Africa/Abidjan", "GH": "Africa/Accra", "NG": "Africa/Lagos",
    "KW": "Asia/Kuwait", "AE": "Asia/Dubai", "SA": "Asia/Riyadh", "QA": "Asia/Qatar", "BH": "Asia/Bahrain",
    "OM": "Asia/Muscat", "EG": "Africa/Cairo", "MA": "Africa/Casablanca", "GB": "Europe/London", "FR": "Europe/Paris",
}  # fmt: skip


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
    country, currency = country.upper(), currency.upper()
    if currency not in CURRENCIES:
        raise ValidationError(_("%s is not a currency; write its three letters, such as TZS.") % currency)
    if country not in SUPPORTED_REGIONS:
        raise ValidationError(_("%s is not a country; write its two letters, such as TZ.") % country)
    zone = time_zone or ZONES.get(country)
    if not zone:
        raise ValidationError(_("Say the time zone: it is not known for the country %s.") % country)
    phone = parse_phone(owner_phone, country) if owner_phone else None
    landlord = Landlord(
        code=code.upper(), name=name, country=country, currency=currency, language=language, time_zone=zone, phone=phone
    )
    landlord.full_clean()
    landlord.save()
    if not (owner_email or phone):
        return landlord, None
    user = known_user(owner_email, phone) or _new_user(owner_email, phone, owner_password, name)
    add_member(user=user, landlord=landlord, role=Role.OWNER)
    Contact.unscoped.create(landlord=landlord, name=name, phone=phone, email=owner_email, language=language, user=user)
    return landlord, user


def known_user(email: str | None, phone: str | None) -> User | None:
    """Who signs in by this e-mail or this phone already. ValidationError where they are two people."""
    known = set(User.objects.filter(email=email)) if email else set()
    known |= set(User.objects.filter(phone=phone)) if phone else set()
    if len(known) > 1:
        raise ValidationError(_("The e-mail and the phone belong to two users."))
    return next(iter(known), None)


def _new_user(email: str | None, phone: str | None, password: str | None, name: str) -> User:
    if email:
        validate_email(email)
    return User.objects.create_user(email, password, phone=phone, first_name=name[:150])
