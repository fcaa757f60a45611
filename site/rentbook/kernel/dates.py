"""Days, months and periods in words, in our four languages, with Western digits."""

from datetime import date, timedelta

from babel.dates import format_date, format_skeleton

WESTERN = {0x0660 + digit: str(digit) for digit in range(10)}


def show_day(day: date, language: str) -> str:
    """5 January 2026."""
    return format_date(day, "d MMMM y", locale=language).translate(WESTERN)


def show_month(day: date, language: str) -> str:
    """January 2026."""
    return format_skeleton("yMMMM", day, locale=language).translate(WESTERN)


def show_period(start: date, end: date, language: str) -> str:
    """A whole month by its name, a day by itself, anything else by its two days."""
    if start.day == 1 and (start.year, start.month) == (end.year, end.month) and (end + timedelta(days=1)).day == 1:
        return show_month(start, language)
    return show_day(start, language) if start == end else f"{show_day(start, language)} – {show_day(end, language)}"
