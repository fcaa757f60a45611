"""Rates in percent, kept exactly as whole hundredths of a percent: 18 % is 1800, 7.5 % is 750."""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

WHOLE = 10_000
PERCENT = re.compile(r"-?[0-9]{1,4}([.,][0-9]{1,2})?")


def as_percent(rate: int) -> str:
    """The rate as people write it, without the sign: 1800 is 18, 750 is 7.5."""
    return f"{(Decimal(rate) / 100).normalize():f}"


def parse_percent(text: str) -> int:
    """Hundredths of a percent from what people write: 7.5 or 7,5. Raises ValueError with a sentence."""
    cleaned = text.strip().removesuffix("%").strip()
    if not PERCENT.fullmatch(cleaned):
        raise ValueError(_("“%s” is not a percentage: write it as 7.5, with two decimals at most.") % text)
    return int(Decimal(cleaned.replace(",", ".")) * 100)


class PercentFormField(forms.CharField):
    """A percentage as people write it; gives hundredths of a percent, or None."""

    def __init__(self, *, least: int = 0, most: int = WHOLE, **kwargs: Any):
        self.least, self.most = least, most
        super().__init__(max_length=12, widget=forms.TextInput(attrs={"inputmode": "decimal"}), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return as_percent(value) if isinstance(value, int) else value

    def clean(self, value: Any) -> int | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            rate = parse_percent(text)
        except ValueError as error:
            raise ValidationError(str(error)) from error
        if not self.least <= rate <= self.most:
            limits = {"least": as_percent(self.least), "most": as_percent(self.most)}
            raise ValidationError(_("A percentage from %(least)s to %(most)s is expected.") % limits)
        return rate


class PercentField(models.IntegerField):
    """A rate in hundredths of a percent, so that SQL multiplies whole numbers alone (docs/rules.md, D21)."""

    def formfield(self, **kwargs: Any) -> Any:
        required = not (self.blank or self.null)
        return PercentFormField(required=required, label=self.verbose_name, help_text=self.help_text)
