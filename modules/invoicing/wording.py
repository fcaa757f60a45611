"""How invoicing puts things in words: streams, and amounts as bare numbers."""

from django.utils.translation import gettext as _
from django.utils.translation import override

from rentbook.kernel.money import Money, decimals, unit

STREAMS = {
    "rent": lambda: _("Rent"),
    "electricity": lambda: _("Electricity"),
    "water": lambda: _("Water"),
    "wifi": lambda: _("Wi-Fi"),
    "garbage": lambda: _("Refuse"),
    "security": lambda: _("Security"),
    "parking": lambda: _("Parking"),
    "opening-balance": lambda: _("Opening balance"),
}


def stream_name(stream: str, language: str) -> str:
    """What the reader calls the stream; one of the landlord's own shows as it was named."""
    with override(language):
        return STREAMS[stream]() if stream in STREAMS else stream.replace("-", " ").capitalize()


def plain(money: Money) -> str:
    """An amount as a bare number, two decimals or three where the currency has three: 500000.00, 250.500."""
    places = 3 if decimals(unit(str(money.currency))) == 3 else 2
    return f"{money.amount:.{places}f}"
