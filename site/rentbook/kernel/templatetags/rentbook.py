"""How values are shown: in the reader's language, and isolated, so that they keep their order in Arabic."""

from datetime import date

from django import template
from django.utils.html import format_html
from django.utils.translation import get_language, get_language_bidi

from rentbook.kernel import phones
from rentbook.kernel.dates import show_day, show_period
from rentbook.kernel.money import Money, show

register = template.Library()

LEFT_TO_RIGHT_MARK = "\u200e"


def bdi(value: object) -> str:
    return format_html("<bdi>{}</bdi>", value)


@register.filter
def isolated(value: object) -> str:
    """A name, code or phone from data."""
    return bdi(value)


@register.filter
def money(value: Money) -> str:
    """TSh 500,000 in the reader's language, without decimals where the amount is whole.

    Below zero, in Arabic too, the sign stays before the number and the currency where it always is.
    """
    text = show(value, get_language())
    if value.amount < 0 and get_language_bidi():
        return format_html('<bdi dir="rtl">{}{}</bdi>', LEFT_TO_RIGHT_MARK, text)
    return bdi(text)


@register.filter
def day(value: date | None) -> str:
    """5 January 2026, in the reader's language with Western digits; nothing for None."""
    return bdi(show_day(value, get_language())) if value else ""


@register.simple_tag
def period(start: date, end: date) -> str:
    """January 2026, or its two days where it is no whole month."""
    return bdi(show_period(start, end, get_language()))


@register.filter
def masked_phone(value: object) -> str:
    return bdi(phones.masked(value))


@register.filter
def masked_name(value: str) -> str:
    """John D. for John Doe: a link may be forwarded."""
    first, *others = value.split() or [""]
    return bdi(f"{first} {others[-1][0]}." if others else first)
