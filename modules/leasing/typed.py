"""What people type about meters and charges: quantities, and the names of streams."""

import re
from decimal import Decimal
from functools import cache

from django.conf import settings
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import override

from .streams import STREAMS

QUANTITY = re.compile(r"[0-9]{1,9}(?:[.,](?P<places>[0-9]+))?")
TWO_WAYS = re.compile(r"[1-9][0-9]{0,2},[0-9]{3}")
LONGEST = 30  # letters of a stream's name
DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩٫", "0123456789.", "\u00a0\u202f ")


def parse_quantity(text: str, places: int = 3) -> Decimal:
    """A quantity with so many decimals at most: 216, 216.5 or 216,5. Raises ValueError that says what is expected."""
    plain = text.strip().translate(DIGITS)
    if TWO_WAYS.fullmatch(plain):
        ways = {"text": text, "whole": plain.replace(",", ""), "part": plain.replace(",", ".")}
        raise ValueError(_("“%(text)s” reads two ways: write %(whole)s or %(part)s.") % ways)
    found = QUANTITY.fullmatch(plain)
    if not found or len(found["places"] or "") > places:
        sentence = _("“%(text)s” is no quantity: write it as 216 or 216.5.")
        raise ValueError(sentence % {"text": text})
    return Decimal(plain.replace(",", "."))


def stream_key(word: str) -> str:
    """The stream that a word means, in any of our languages; one of the landlord's own is named by it.

    Raises ValueError for a word without a Latin letter or digit, or a longer one than a name may be.
    """
    key = _keys_by_word().get(word.strip().casefold()) or slugify(word)
    if not 0 < len(key) <= LONGEST:
        text = _("“%(word)s” is no name of a charge: write up to %(most)s Latin letters, such as garden.")
        raise ValueError(text % {"word": word, "most": LONGEST})
    return key


@cache
def _keys_by_word() -> dict[str, str]:
    words: dict[str, str] = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            words |= {str(word).casefold(): key for key, word in STREAMS.items()}
    return words
