"""What a lease bills, in words: the streams that we know; one of the landlord's own shows as it was named."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

STREAMS = {
    "rent": _("Rent"),
    "electricity": _("Electricity"),
    "water": _("Water"),
    "wifi": _("Wi-Fi"),
    "garbage": _("Refuse"),
    "security": _("Security"),
    "parking": _("Parking"),
    "deposit": _("Deposit"),
    "damage": _("Damage"),
    "late-fee": _("Late fee"),
    "opening-balance": _("Opening balance"),
}
#: What the name of a stream of tax begins with: tax-water is the tax on water.
TAX = "tax-"


def stream_word(stream: str) -> str:
    """What people call the stream, in the language that is active."""
    if stream.startswith(TAX):
        return gettext("Tax on %(stream)s") % {"stream": stream_word(stream.removeprefix(TAX))}
    return str(STREAMS.get(stream) or stream.replace("-", " ").capitalize())
