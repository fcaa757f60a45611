"""How invoicing puts things in words: streams, and amounts as bare numbers."""

from django.utils.translation import override

from modules.leasing.streams import stream_word
from rentbook.kernel.money import Money, decimals, unit


def stream_name(stream: str, language: str) -> str:
    """What the reader calls the stream, in the reader's language."""
    with override(language):
        return stream_word(stream)


def plain(money: Money) -> str:
    """An amount as a bare number, two decimals or three where the currency has three: 500000.00, 250.500."""
    places = 3 if decimals(unit(str(money.currency))) == 3 else 2
    return f"{money.amount:.{places}f}"
