"""The form field of an amount."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from .units import PLAIN


class AmountFormField(forms.DecimalField):
    """A DecimalField that takes plain ASCII numbers only: "1e5", "1_000" and Arabic digits are "Enter a number."."""

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and value.strip() and not PLAIN.fullmatch(value.strip()):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)
