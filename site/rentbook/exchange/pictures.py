"""Pictures on papers, as data: URIs, since nothing is fetched while a page is laid out."""

import logging
from base64 import b64encode
from functools import lru_cache
from io import BytesIO

import segno
from django.core.files.storage import default_storage
from PIL import Image

from rentbook.kernel.people import Landlord

FORMATS = ("PNG", "JPEG")
MOST_PIXELS = 16_000_000  # what a phone's camera takes; a small file may claim a thousand times as many
LOGO = (720, 240)  # pixels at most: 60 mm by 20 mm at 300 dots an inch
MASK = 2  # weighing all eight of them takes longer than the rest of the code, and every reader reads each

logger = logging.getLogger(__name__)


def qr(text: str) -> str:
    """A QR code of the text, for the src of an image."""
    return segno.make(text, error="m", micro=False, mask=MASK).png_data_uri(border=4)


def logo(landlord: Landlord) -> str:
    """The landlord's logo, small enough to print; empty where there is none, or no PNG or JPEG picture in its place."""
    try:
        return _small(landlord.logo.name) if landlord.logo else ""
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        logger.warning("The logo %s cannot be shown. %s", landlord.logo.name, error)
        return ""


@lru_cache(maxsize=64)
def _small(name: str) -> str:
    """A stored name is never given twice, so the picture under it does not change."""
    with default_storage.open(name) as file, Image.open(file, formats=FORMATS) as picture:
        if picture.width * picture.height > MOST_PIXELS:
            raise ValueError(f"It has {picture.width} x {picture.height} pixels.")
        picture.thumbnail(LOGO)
        printed = BytesIO()
        picture.convert("RGBA" if picture.has_transparency_data else "RGB").save(printed, "PNG")
    return f"data:image/png;base64,{b64encode(printed.getvalue()).decode()}"
