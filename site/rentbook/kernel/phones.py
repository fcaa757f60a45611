"""Phones are E.164 from entry, read in the landlord's country (docs/rules.md, D39)."""

import re
from typing import Any

import phonenumbers
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from phonenumbers import PhoneNumberFormat, PhoneNumberType

MOBILE = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}


def parse_phone(text: str, country: str) -> str:
    """A phone as people write it, to E.164. ValueError with a sentence when it is no number of the country.

    0712345678, 712345678 (a sheet dropped the zero), 255712345678, +255 712 345 678 and 00255712345678 are one.
    """
    cleaned = re.sub(r"^00", "+", re.sub(r"[^\d+]", "", text))
    region = country.upper()
    prefix = str(phonenumbers.country_code_for_region(region))
    for candidate in (cleaned, f"+{cleaned}" if cleaned.startswith(prefix) else ""):
        try:
            number = phonenumbers.parse(candidate, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return phonenumbers.format_number(number, PhoneNumberFormat.E164)
    raise ValueError(
        _("“%(text)s” is not a phone number; write it like %(example)s.") % {"text": text, "example": _example(region)}
    )


def reachable(typed: dict[str, Any], country: str) -> dict[str, Any]:
    """What was typed of a person as it is kept: the phone in E.164, nothing for an empty phone or e-mail.

    Raises ValidationError for a phone that is no number of the country.
    """
    kept = typed | {name: typed[name] or None for name in ("phone", "email") if name in typed}
    if kept.get("phone"):
        try:
            kept["phone"] = parse_phone(str(kept["phone"]), country)
        except ValueError as error:
            raise ValidationError({"phone": str(error)}) from error
    return kept


def _example(region: str) -> str:
    # Tristan da Cunha has no mobile phones to show one of.
    examples = phonenumbers.example_number_for_type(region, PhoneNumberType.MOBILE), phonenumbers.example_number(region)
    return next(phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL) for number in examples if number)


def masked(phone: object) -> str:
    """A phone for pages that may be forwarded, and for logs: only its last three digits."""
    return f"*** {str(phone)[-3:]}" if phone else ""
