"""Amounts as people read them."""

from decimal import Decimal, localcontext
from functools import lru_cache

from babel import Locale
from babel.numbers import NumberPattern, get_currency_symbol, parse_pattern
from moneyed import Money as AnyMoney

from .units import EXACT, decimals, unit

# CLDR knows "TSh" in Swahili only; in Tanzania English is written with it too.
SYMBOLS = {("TZS", "en"): "TSh"}

NO_BREAK_SPACE = "\u00a0"
NO_BREAK_SPACES = "\u00a0\u202f"
DIRECTION_MARKS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"

WITHOUT_MARKS = str.maketrans("", "", DIRECTION_MARKS)
PLAIN_SPACES = str.maketrans(dict.fromkeys(NO_BREAK_SPACES, " "))


def show(money: AnyMoney, language: str, *, plain: bool = False) -> str:
    """An amount in a language: "TSh 500,000", "500 000 FCFA", "250.500 د.ك." (docs/rules.md, D21).

    In the order and with the separators of the language, always in the digits 0 to 9; without decimals when it is
    whole, else with all of its currency; never rounded. Spaces do not break; plain=True gives ordinary ones, for one
    narrow space doubles the price of an SMS. There are no marks of direction: the template isolates what it prints.
    """
    value = EXACT.add(money.amount, Decimal(0))
    code = str(money.currency)
    language = language.replace("_", "-").partition("-")[0]
    locale, pattern = _locale_and_pattern(language, _places(value, code))
    with localcontext(EXACT):
        number = pattern.apply(value, locale)
    text = _with_symbol(number, symbol(code, language)).translate(WITHOUT_MARKS)
    return text.translate(PLAIN_SPACES) if plain else text


def symbol(code: str, language: str) -> str:
    return SYMBOLS.get((code, language)) or get_currency_symbol(code, language).translate(WITHOUT_MARKS)


@lru_cache
def _locale_and_pattern(language: str, places: int) -> tuple[Locale, NumberPattern]:
    locale = Locale.parse(language)
    digits = "0." + "0" * places if places else "0"
    return locale, parse_pattern(locale.currency_formats["standard"].pattern.replace("0.00", digits))


def _places(value: Decimal, code: str) -> int:
    if value == value.to_integral_value(context=EXACT):
        return 0
    return max(decimals(unit(code)), decimals(value.normalize(EXACT)))


def _with_symbol(number: str, sign: str) -> str:
    """Put the currency in its place, with a space where a letter would touch a digit."""
    before, _, after = number.partition("¤")
    gap = NO_BREAK_SPACE if sign[-1:].isalpha() and after[:1].isdigit() else ""
    return f"{before}{sign}{gap}{after}"
