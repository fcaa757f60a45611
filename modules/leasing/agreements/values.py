"""What a wording of the agreement may name, and what that is for a lease."""

from collections.abc import Iterable
from datetime import date

from django.utils.translation import get_language_bidi, gettext, ngettext, override, pgettext
from django.utils.translation import gettext_lazy as _
from phonenumber_field.phonenumber import PhoneNumber

from modules.leasing.models import Charge, LateFeeRule, Lease, LeaseParty
from rentbook.kernel import clock
from rentbook.kernel.dates import show_day
from rentbook.kernel.money import show
from rentbook.kernel.percent import as_percent

NO_BREAK_SPACE = "\u00a0"
BLANK = "____________"  # to be filled in by hand
NAMES = {
    "date": _("today"),
    "landlord": _("the landlord's name"),
    "landlord_address": _("the landlord's address"),
    "landlord_phone": _("the landlord's phone"),
    "tenant": _("the tenant's name"),
    "tenant_id": _("the tenant's identity number"),
    "tenant_phone": _("the tenant's phone"),
    "co_tenants": _("who rents together with the tenant"),
    "guarantors": _("who answers for the tenant"),
    "unit": _("the home"),
    "property": _("the property"),
    "address": _("the property's address"),
    "occupants": _("how many people may live there"),
    "start": _("the first day"),
    "end": _("the last day"),
    "term": _("from the first day through the last"),
    "at_the_end": _("what happens on the last day"),
    "rent": _("the rent of a period"),
    "frequency": _("how often it is paid"),
    "in_advance": _("whether it is paid in advance or in arrears"),
    "due": _("when it is due"),
    "charges": _("what is paid beside the rent"),
    "deposit": _("the deposit"),
    "grace": _("days of grace"),
    "late_fee": _("the late fee"),
    "notice": _("days of notice"),
}


def values(lease: Lease, language: str) -> dict[str, str]:
    """The value of each name in the language; a line to write on where the book knows none."""
    with override(language):
        known = _people(lease) | _place(lease) | _time(lease, language) | _money(lease, language)
    return {name: known[name] or BLANK for name in NAMES}


def _people(lease: Lease) -> dict[str, str]:
    landlord, tenant = lease.landlord, lease.tenant.contact
    beside = {party.contact.name: party.role for party in lease.parties.select_related("contact")}
    return {
        "landlord": landlord.name,
        "landlord_address": landlord.address,
        "landlord_phone": _phone(landlord.phone),
        "tenant": tenant.name,
        "tenant_id": tenant.id_number,
        "tenant_phone": _phone(tenant.phone),
        "co_tenants": _listed(name for name, role in beside.items() if role == LeaseParty.Role.CO_TENANT),
        "guarantors": _listed(name for name, role in beside.items() if role == LeaseParty.Role.GUARANTOR),
    }


def _phone(phone: PhoneNumber | None) -> str:
    """In one piece: no line ends in the middle of it."""
    return phone.as_international.replace(" ", NO_BREAK_SPACE) if phone else ""


def _place(lease: Lease) -> dict[str, str]:
    people = ngettext("%(count)s person", "%(count)s people", lease.occupants) % {"count": lease.occupants}
    place = lease.unit.property
    return {"unit": lease.unit.name, "property": place.name, "address": place.address, "occupants": people}


def _time(lease: Lease, language: str) -> dict[str, str]:
    days = {"start": show_day(lease.start, language), "end": show_day(lease.end, language) if lease.end else ""}
    term = gettext("from %(start)s through %(end)s")
    if not lease.end:
        term = gettext("from %(start)s, without an agreed last day")
    return days | {
        "date": show_day(clock.today(lease.landlord), language),
        "term": term % days,
        "at_the_end": lease.get_at_the_end_display(),
        "frequency": lease.get_frequency_display(),
        "in_advance": gettext("in arrears") if lease.in_arrears else gettext("in advance"),
        "due": _due(lease),
        "grace": _days(lease.grace_days),
        "notice": _days(lease.notice_days),
    }


def _money(lease: Lease, language: str) -> dict[str, str]:
    agreed = _in_force(lease, max(lease.start, clock.today(lease.landlord)))
    beside = [f"{charge.get_stream_display()} {_price(charge, language)}" for charge in agreed[1:]]
    return {
        "rent": _price(agreed[0], language) if agreed else "",
        "charges": _listed(beside) or pgettext("charges", "none"),
        "deposit": show(lease.deposit, language) if lease.deposit else pgettext("deposit", "none"),
        "late_fee": _fee(lease.late_fee, language) if lease.late_fee else pgettext("late fee", "none"),
    }


def _in_force(lease: Lease, on: date) -> list[Charge]:
    """The charges of the day, the rent first."""
    running = [row for row in lease.charges.all() if row.start <= on and (row.end is None or row.end >= on)]
    return sorted(running, key=lambda row: row.stream != Charge.RENT)


def _price(charge: Charge, language: str) -> str:
    return show(charge.amount, language) if charge.kind == Charge.Kind.FIXED else charge.get_kind_display()


def _due(lease: Lease) -> str:
    if lease.due_day:
        return gettext("by day %(day)s of the month") % {"day": lease.due_day}
    count = lease.due_days_after or 0
    return ngettext("within %(count)s day of its bill", "within %(count)s days of its bill", count) % {"count": count}


def _days(count: int) -> str:
    return ngettext("%(count)s day", "%(count)s days", count) % {"count": count}


def _fee(rule: LateFeeRule, language: str) -> str:
    """A late fee rule in words (docs/rules.md, D18)."""
    share = gettext("%(rate)s%% of the unpaid rent") % {"rate": as_percent(rule.rate)}
    parts = [show(rule.amount, language) if rule.kind == LateFeeRule.Kind.FLAT else share]
    if rule.every_days:
        parts.append(gettext("again every %(days)s") % {"days": _days(rule.every_days)})
    if rule.maximum:
        parts.append(gettext("at most %(amount)s for one bill") % {"amount": show(rule.maximum, language)})
    return _listed(parts)


def _listed(parts: Iterable[str]) -> str:
    return ("، " if get_language_bidi() else ", ").join(parts)
