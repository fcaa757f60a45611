"""How the pay page says amounts, days and times: in the body isolated, in the tab's title as plain text."""

from datetime import date, datetime, timedelta
from typing import Any

from babel.dates import format_date, format_timedelta
from django import template
from django.utils.html import format_html
from django.utils.translation import get_language, get_language_bidi

from modules.invoicing.models import Invoice
from modules.invoicing.wording import plain
from rentbook.kernel import clock
from rentbook.kernel.dates import WESTERN, show_period
from rentbook.kernel.money import Money, show
from rentbook.kernel.people import Landlord
from rentbook.kernel.templatetags.rentbook import bdi, money

register = template.Library()

FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"
EVER = 10**9  # the share of the next unit from which Babel would change to it: days stay days, also after a year


def in_title(text: str) -> str:
    """A value inside a title: a title holds no elements, so an Arabic one needs the marks that isolate."""
    return f"{FIRST_STRONG_ISOLATE}{text}{POP_ISOLATE}" if get_language_bidi() else text


def spell(span: timedelta, unit: str, *, ahead: bool = False) -> str:
    text = format_timedelta(span, granularity=unit, threshold=EVER, add_direction=ahead, locale=get_language())
    return text.translate(WESTERN)


@register.filter
def minus(value: Money) -> str:
    """The amount taken away."""
    return money(-value)


@register.filter
def money_text(value: Money) -> str:
    """An amount for a title."""
    return in_title(show(value, get_language()))


@register.filter
def period_text(invoice: Invoice) -> str:
    """The invoice's period for a title."""
    return in_title(show_period(invoice.period_start, invoice.period_end, get_language()))


@register.filter
def headline(value: Money) -> str:
    """An amount on a line of its own in a heading."""
    return format_html('<span class="sum">{}</span>', bdi(show(value, get_language())))


@register.filter
def period_of(invoice: Invoice) -> str:
    """January 2026, or its two days where it is no whole month."""
    return bdi(show_period(invoice.period_start, invoice.period_end, get_language()))


@register.filter
def weekday(day: date) -> str:
    """Monday 5 January 2026."""
    return bdi(format_date(day, "EEEE d MMMM y", locale=get_language()).translate(WESTERN))


@register.filter
def days(count: int) -> str:
    """3 days."""
    return spell(timedelta(days=count), "day")


@register.filter
def ahead(count: int) -> str:
    """in 3 days."""
    return spell(timedelta(days=count), "day", ahead=True)


@register.filter
def minutes(seconds: int) -> str:
    """2 minutes: the seconds, to the next whole minute."""
    return spell(timedelta(minutes=-(-seconds // 60)), "minute")


@register.filter
def hour(moment: datetime, landlord: Landlord) -> str:
    """10:41 on the landlord's wall clock."""
    return bdi(f"{clock.local(moment, landlord):%H:%M}")


@register.simple_tag
def link_to(visit: Any, name: str, *args: str, **query: str) -> str:
    """The address of another page of the same pay link."""
    return visit.url(name, *args, **query)


@register.filter
def form_value(value: Money) -> str:
    """The amount that a button carries, as a bare number."""
    return plain(value)


@register.filter
def last_digits(phone: object) -> str:
    """The three digits of a phone that may be shown."""
    return bdi(str(phone)[-3:])
