"""What a press of a pay button carries: an amount, and the sign that this very button is pressed once."""

import secrets

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError

from modules.invoicing.models import Invoice
from modules.invoicing.wording import plain
from rentbook.kernel.money import Money, billing_unit, parse_amount

from .models import PayLink

OPEN_FOR = 24 * 3600  # seconds after which a page that was left open must be asked for again
LONGEST = 40


def new_once(link: PayLink, invoice: Invoice) -> str:
    """A signed word for the hidden field of a page about this invoice, good for one payment of each amount."""
    return signing.dumps([secrets.token_urlsafe(12), invoice.pk], salt=_salt(link))


def read_once(link: PayLink, text: str) -> tuple[str, int]:
    """The word and the invoice's key; signing.BadSignature for one that we did not make for this link, or long ago."""
    word, invoice_pk = signing.loads(text, salt=_salt(link), max_age=OPEN_FOR)
    return word, invoice_pk


def _salt(link: PayLink) -> str:
    return f"payments.once:{link.pk}"


class AmountForm(forms.Form):
    """An amount as people type it, or as a button carries it; cleaned it is Money of the invoice's currency.

    The error's code says what is wrong: not_a_number, zero, or step for cents where nobody can pay them (D2).
    """

    amount = forms.CharField(max_length=LONGEST, error_messages={"required": "", "max_length": ""})

    def __init__(self, data, *, invoice: Invoice):
        super().__init__(data)
        self.invoice = invoice

    @property
    def typed(self) -> str:
        """What to keep in the field."""
        return str(self.data.get("amount", ""))[:LONGEST]

    @property
    def problem(self) -> str:
        """The code of what is wrong with the amount; not_a_number also for an empty or endless one."""
        code = self.errors.as_data()["amount"][0].code
        return code if code in ("zero", "step") else "not_a_number"

    def clean_amount(self) -> Money:
        currency = self.invoice.currency
        try:
            value = parse_amount(self.cleaned_data["amount"], currency)
        except ValueError as error:
            raise ValidationError(str(error), code="not_a_number") from error
        if value <= 0:
            raise ValidationError("", code="zero")
        amount = Money(value, currency)
        if value % billing_unit(currency) and amount != self.invoice.balance:
            raise ValidationError("", code="step")
        return amount

    def once(self, word: str) -> str:
        """The name of this press: the same button again is the same payment, another amount is another one."""
        return f"page:{word}:{plain(self.cleaned_data['amount'])}"
