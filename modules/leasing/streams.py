"""What a lease bills, in words: the streams that we know; one of the landlord's own shows as it was named."""

from django.utils.translation import gettext_lazy as _

STREAMS = {
    "rent": _("Rent"),
    "electricity": _("Electricity"),
    "water": _("Water"),
    "wifi": _("Wi-Fi"),
    "garbage": _("Refuse"),
    "security": _("Security"),
    "parking": _("Parking"),
    "opening-balance": _("Opening balance"),
}


def stream_word(stream: str) -> str:
    """What people call the stream, in the language that is active."""
    return str(STREAMS.get(stream) or stream.replace("-", " ").capitalize())
