"""Amounts as people type them, and as they stand in the cells of a sheet."""

import re
from decimal import Decimal
from functools import lru_cache

from .text import DIRECTION_MARKS, symbol
from .units import EXACT, WHOLE_DIGITS, decimals, unit

LANGUAGES = ("en", "fr", "sw", "ar")

# What people write beside an amount, besides the code and the symbols of the four languages.
WRITTEN_AS = {
    "KES": ("KSh", "KShs", "Sh", "Shs", "KSh.", "Sh.", "Shs."),
    "KWD": ("KD", "K.D.", "د.ك", "د.ك.", "دك"),
    "RWF": ("FRw", "RF"),
    "TZS": ("TSh", "TShs", "Sh", "Shs", "TSh.", "TShs.", "Sh.", "Shs."),
    "UGX": ("USh", "UShs", "Sh", "Shs", "USh.", "Sh.", "Shs."),
    "USD": ("$", "US$"),
    "XAF": ("FCFA", "F CFA", "F.CFA", "CFA", "F"),
    "XOF": ("FCFA", "F CFA", "F.CFA", "CFA", "F"),
}

TO_ASCII = str.maketrans(
    {
        **{chr(0x0660 + digit): str(digit) for digit in range(10)},
        **{chr(0x06F0 + digit): str(digit) for digit in range(10)},
        **dict.fromkeys("\u00a0\u202f\u2009", " "),
        **dict.fromkeys(DIRECTION_MARKS, None),
        "\u2212": "-",
    }
)
ARABIC_DECIMAL, ARABIC_THOUSANDS = "\u066b", "\u066c"

PARTS = re.compile(r"(?P<before>[^0-9]*)(?P<number>[0-9](?:.*[0-9])?)(?P<after>[^0-9]*)", re.DOTALL)
SHILLING_STROKE = re.compile(r"^\s*/[=-]|/[=-]\s*$")
NUMBER = re.compile(
    rf"(?P<whole>[1-9][0-9]{{0,2}}(?P<group>[ ,.{ARABIC_THOUSANDS}])[0-9]{{3}}(?:(?P=group)[0-9]{{3}})*|[0-9]+)"
    rf"(?:(?!(?P=group))(?P<mark>[.,{ARABIC_DECIMAL}])(?P<fraction>[0-9]+))?"
)
PART_OF_NUMBER = re.compile(rf"[0-9\s,.{ARABIC_DECIMAL}{ARABIC_THOUSANDS}]")
LETTER_O = re.compile(r"(?<![^\W\d_])[Oo]+(?![^\W\d_])")


def parse_amount(text: str | Decimal | int, currency: str) -> Decimal:
    """The amount that a person meant, in the places of its currency; ValueError says in one sentence what is wrong.

    Takes "500000", "500,000", "500 000", "1 250,50", "1,250.50", Arabic digits and separators, a minus in front, and
    the code or a symbol of this currency before or after, "/=" too; another currency's is refused (docs/rules.md, D22).
    One comma or space before exactly three digits parts the thousands. A dot there does too, save for a currency of
    three decimals, where it is the decimal point: "250.500" is 250,500 shillings and 250.500 dinars. A cell that is a
    number comes as an int or as Decimal(repr(number)), never as a float. The sign and zero are for the caller to judge.
    """
    if isinstance(text, float):
        raise TypeError("a float holds no money: pass Decimal(repr(number))")
    if isinstance(text, Decimal) or type(text) is int:
        return _fitted(Decimal(text), text, currency)
    if not isinstance(text, str):
        raise _error(text, "it is neither a number nor a text", currency)
    plain = text.translate(TO_ASCII).strip()
    if not plain:
        raise ValueError(f"The amount is empty; write a number such as {_example(currency)}.")
    try:
        return _read(plain, text, currency)
    except ValueError:
        _say_if_letter_o(plain, text, currency)
        raise


def _read(plain: str, text: str, currency: str) -> Decimal:
    parts = PARTS.fullmatch(plain)
    if not parts:
        raise _error(text, "it has no digits", currency)
    before, negative = _without_minus(parts["before"].strip())
    after = SHILLING_STROKE.sub("", parts["after"], count=1).strip()
    for label in (before, after):
        if label and label.casefold() not in _labels(currency):
            raise _error(text, f"“{label[:20]}” does not belong to an amount in {currency}", currency)
    value = _number(parts["number"], text, currency)
    return _fitted(value.copy_negate() if negative else value, text, currency)


def _without_minus(before: str) -> tuple[str, bool]:
    if before.startswith("-"):
        return before[1:].strip(), True
    if before.endswith("-"):
        return before[:-1].strip(), True
    return before, False


def _number(number: str, text: str, currency: str) -> Decimal:
    if stray := PART_OF_NUMBER.sub("", number):
        raise _error(text, f"“{stray[:20]}” does not belong among its digits", currency)
    match = NUMBER.fullmatch(number)
    if not match or (match["mark"] == "," and not match["group"] and len(match["fraction"]) > 2):
        raise _error(text, "its separators can be read in two ways or in none", currency)
    whole, fraction = match["whole"], match["fraction"]
    if match["group"] == "." and not fraction and unit(currency) <= Decimal("0.001"):
        whole, _, fraction = whole.partition(".")
        if "." in fraction:
            raise _error(text, "it has two decimal points", currency)
    digits = re.sub("[^0-9]", "", whole)
    if len(digits) > WHOLE_DIGITS:
        raise _error(text, f"it has more than {WHOLE_DIGITS} digits", currency)
    return Decimal(f"{digits}.{fraction or 0}")


def _fitted(value: Decimal, text: object, currency: str) -> Decimal:
    if not value.is_finite():
        raise _error(text, "it is no finite number", currency)
    if value.adjusted() >= WHOLE_DIGITS:
        raise _error(text, f"it has more than {WHOLE_DIGITS} digits", currency)
    fitted = value.quantize(unit(currency), context=EXACT)
    if fitted != value:
        places = decimals(unit(currency))
        raise _error(text, f"{currency} has {places or 'no'} decimals", currency)
    # Plus zero, for there is no "minus zero" of money.
    return EXACT.add(fitted, Decimal(0))


def _say_if_letter_o(plain: str, text: str, currency: str) -> None:
    mended = LETTER_O.sub(lambda match: "0" * len(match[0]), plain)
    if mended == plain:
        return
    try:
        value = _read(mended, text, currency)
    except ValueError:
        return
    reason = "it has the letter O where a zero should be"
    raise ValueError(f"{_short(text)} is not an amount: {reason}; write {value.normalize(EXACT):f}.") from None


def _error(text: object, reason: str, currency: str) -> ValueError:
    return ValueError(f"{_short(text)} is not an amount: {reason}; write it like {_example(currency)}.")


def _short(text: object) -> str:
    words = " ".join(str(text).split())
    return words if len(words) <= 40 else f"{words[:40]}…"


def _example(currency: str) -> str:
    return "250.500" if unit(currency) <= Decimal("0.001") else "500000"


@lru_cache
def _labels(currency: str) -> frozenset[str]:
    symbols = (symbol(currency, language) for language in LANGUAGES)
    written = (currency, *symbols, *WRITTEN_AS.get(currency, ()))
    return frozenset(label.translate(TO_ASCII).casefold() for label in written)
