"""What tenants are told when their lease is signed, and when it goes on."""

from datetime import date, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext, gettext_noop, override

from rentbook.kernel.contributions import MessageTemplate, message_templates
from rentbook.kernel.dates import show_day
from rentbook.kernel.money import Money, show
from rentbook.kernel.people import Landlord

from .events import LeasesActivated, LeasesRenewed
from .life_selectors import with_term
from .models import Lease, Term
from .selectors import with_rent

TOLD_WITHIN = timedelta(days=7)
OUTDATED = {
    Lease.State.PENDING: gettext_noop("the lease is pending"),
    Lease.State.TERMINATED: gettext_noop("the lease is terminated"),
    Lease.State.EXPIRED: gettext_noop("the lease is expired"),
    Lease.State.CANCELLED: gettext_noop("the lease is cancelled"),
}


def subjects(landlord: Landlord) -> QuerySet[Lease]:
    return with_rent(Lease.objects.of(landlord)).select_related("landlord", "tenant__contact", "unit__property")


def just_signed(landlord: Landlord, on: date) -> QuerySet[Lease]:
    """Active leases that were signed here within a week; who was taken over from a sheet is not greeted."""
    fresh = subjects(landlord).filter(state=Lease.State.ACTIVE, signed_on__gt=on - TOLD_WITHIN, signed_on__lte=on)
    return fresh.order_by("pk")


def values(lease: Lease, language: str) -> dict[str, str]:
    landlord, unit = lease.landlord, lease.unit
    with override(language):
        frequency = str(lease.get_frequency_display())
        ways = " ".join(landlord.other_ways_to_pay.split()) or gettext("Each bill says how to pay it.")
    return {
        "tenant_name": lease.tenant.contact.name,
        "landlord_name": landlord.name,
        "unit": unit.name,
        "property_name": unit.property.name,
        "start": show_day(lease.start, language),
        "rent": show(Money(lease.rent or 0, lease.currency), language, plain=True),
        "frequency": frequency,
        "how_to_pay": ways,
    }


def terms(landlord: Landlord) -> QuerySet[Term]:
    rows = with_term(Term.objects.of(landlord).filter(kind=Term.Kind.RENEWED))
    return rows.select_related("landlord", "lease__tenant__contact", "lease__unit__property")


def just_renewed(landlord: Landlord, on: date) -> QuerySet[Term]:
    """The terms that were agreed within a week, of leases that run; of several at once the last one."""
    fresh = terms(landlord).filter(agreed_on__gt=on - TOLD_WITHIN, agreed_on__lte=on)
    return fresh.filter(lease__state=Lease.State.ACTIVE, lease__notice_on=None, is_last=True).order_by("pk")


def no_longer(term: Term) -> str:
    """Why the tenant is not told of the term after all."""
    return gettext_noop("notice was given") if term.lease.notice_on else OUTDATED.get(term.lease.state, "")


def term_values(term: Term, language: str) -> dict[str, str]:
    lease = term.lease
    with override(language):
        frequency = str(lease.get_frequency_display())
        through = gettext("through %s") % show_day(term.through, language) if term.through else ""
        through = through or gettext("without a last day")
    return {
        "tenant_name": lease.tenant.contact.name,
        "landlord_name": term.landlord.name,
        "unit": lease.unit.name,
        "property_name": lease.unit.property.name,
        "start": show_day(term.start, language),
        "through": through,
        "rent": show(Money(term.rent or 0, lease.currency), language, plain=True),
        "frequency": frequency,
    }


message_templates.register(
    MessageTemplate(
        name="rb_welcome",
        title=gettext_noop("Welcome"),
        text=gettext_noop(
            "Welcome {{ tenant_name }}. Your home is {{ unit }}, {{ property_name }}, from {{ start }}. "
            "The rent is {{ rent }}, {{ frequency }}. {{ how_to_pay }} We never ask for your PIN. {{ landlord_name }}"
        ),
        due=just_signed,
        subjects=subjects,
        wakes=(LeasesActivated,),
        to=lambda lease: lease.tenant.contact,
        key=lambda lease: f"welcome:{lease.pk}",
        values=values,
        outdated=lambda lease: OUTDATED.get(lease.state, ""),
    )
)

message_templates.register(
    MessageTemplate(
        name="rb_renewal",
        title=gettext_noop("Renewal"),
        text=gettext_noop(
            "Hello {{ tenant_name }}, your lease of {{ unit }}, {{ property_name }}, goes on from {{ start }}, "
            "{{ through }}. The rent is then {{ rent }}, {{ frequency }}. {{ landlord_name }}"
        ),
        due=just_renewed,
        subjects=terms,
        wakes=(LeasesRenewed,),
        to=lambda term: term.lease.tenant.contact,
        key=lambda term: f"renewal:{term.pk}",
        values=term_values,
        outdated=no_longer,
    )
)
