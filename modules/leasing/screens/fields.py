"""What staff type about meters and charges: quantities, blocks of prices, and the names of streams."""

import re
from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from modules.leasing.metering import Block
from modules.leasing.models import Tariff, TariffBlock
from modules.leasing.streams import STREAMS, stream_word
from modules.leasing.typed import parse_quantity, stream_key

BLOCK = re.compile(r"([0-9.,]+)[\s:]+([0-9.,]+)")


class ParsedField(forms.CharField):
    """A text that `parse` makes a value of, or refuses with a ValueError of one sentence; None where it is empty."""

    def __init__(self, parse: Callable[[str], Any], **kwargs: Any):
        super().__init__(**kwargs)
        self.parse = parse

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return self.parse(text) if text else None
        except ValueError as error:
            raise ValidationError(str(error)) from error


class QuantityField(ParsedField):
    """What a meter shows."""

    def __init__(self, **kwargs: Any):
        super().__init__(
            parse_quantity, max_length=20, widget=forms.TextInput(attrs={"inputmode": "decimal"}), **kwargs
        )


class WithChoices(forms.TextInput):
    """A text with the streams that we know to choose from."""

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> str:
        key = f"{(attrs or {}).get('id', name)}_known"
        known = format_html_join("", "<option>{}</option>", ([word] for word in STREAMS.values()))
        box = super().render(name, value, {**(attrs or {}), "list": key}, renderer)
        return format_html('{}<datalist id="{}">{}</datalist>', box, key, known)


class StreamField(ParsedField):
    """What is charged, in words: one of the streams that we know, or one of the landlord's own."""

    def __init__(self, **kwargs: Any):
        super().__init__(stream_key, max_length=40, widget=WithChoices(), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return stream_word(value) if value in STREAMS else value


def parse_blocks(text: str) -> tuple[Block, ...]:
    """Blocks of prices, a line each. ValueError for a line that is none."""
    return tuple(_block(line) for line in text.splitlines() if line.strip())


def _block(line: str) -> Block:
    found = BLOCK.fullmatch(line.strip())
    if not found:
        raise ValueError(_("“%s” is no block: write from how many units on, then the price, as in 50 292.") % line)
    return Block(parse_quantity(found[1]), parse_quantity(found[2], places=6))


def written_blocks(tariff: Tariff) -> str:
    """The blocks that began last, as they are typed."""
    rows = TariffBlock.objects.of(tariff.landlord_id).filter(tariff=tariff).order_by("-valid_from", "above")
    last = [row for row in rows if row.valid_from == rows[0].valid_from]
    return "\n".join(f"{row.above.normalize():f} {row.price.normalize():f}" for row in last)


class BlocksField(ParsedField):
    def __init__(self, **kwargs: Any):
        help_text = gettext_lazy("A line each: from how many units on, then the price of one, such as 50 292.")
        widget = forms.Textarea(attrs={"rows": 3, "placeholder": "0 100\n50 292"})
        super().__init__(parse_blocks, widget=widget, help_text=help_text, max_length=200, **kwargs)
