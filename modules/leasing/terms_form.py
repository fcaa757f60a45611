"""The terms of a new lease as staff type them: what is left empty is as usual, and the form says what that is."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from rentbook.kernel.percent import PercentFormField

from .models import ALIGNMENTS, FREQUENCIES, PRORATIONS, AtTheEnd, LateFeeRule, Lease, Property, TermDefaults
from .usual_terms import CHOICES, Usual, said

USUAL = ("", _("as usual"))
NO_FEE = "none"
LONGEST_DAYS = 366


def days(label: Any, *, least: int = 0, most: int = LONGEST_DAYS) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=least, max_value=most, required=False)


def one_of(label: Any, choices: list[Any]) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=[USUAL, *choices], required=False)


class TermsForm(forms.Form):
    frequency = one_of(_("Frequency"), FREQUENCIES)
    alignment = one_of(_("Periods"), ALIGNMENTS)
    proration = one_of(_("Proration"), PRORATIONS)
    in_arrears = forms.TypedChoiceField(
        label=_("Billed"),
        choices=[USUAL, ("False", _("in advance")), ("True", _("in arrears"))],
        coerce="True".__eq__,
        empty_value=None,
        required=False,
    )
    due_day = days(_("Due day"), least=1, most=31)
    due_days_after = days(_("Days until due"))
    lead_days = days(_("Issued days ahead"))
    grace_days = days(_("Days of grace"))
    late_fee = one_of(_("Late fee"), [])
    at_the_end = one_of(_("On the last day"), AtTheEnd.choices)
    notice_days = days(_("Days of notice"))
    occupants = forms.IntegerField(
        label=_("People who live there"), min_value=0, max_value=1000, required=False, initial=1
    )
    tax_rate = PercentFormField(label=_("Tax on the rent, %"), required=False)
    withholding_rate = PercentFormField(label=_("Withholding tax on the rent, %"), required=False)

    def offer(self, fees: QuerySet[LateFeeRule], usual: Mapping[str, Usual], property: Property | None) -> None:
        """Offer these late fees, and say of each term what it is where the field stays empty."""
        self.fees = {NO_FEE: None} | {str(rule.pk): rule for rule in fees}
        named = [(NO_FEE, pgettext_lazy("late fee", "none")), *((key, rule) for key, rule in self.fees.items() if rule)]
        self.fields["late_fee"].choices = [USUAL, *named]
        for name, term in usual.items():
            field, text = self.fields[name], said(name, term, property)
            if hasattr(field, "choices"):
                field.choices = [("", text), *list(field.choices)[1:]]
            elif term.value is not None:
                field.help_text = text

    def terms(self) -> dict[str, Any]:
        """What was said of the lease's terms; what was not is left out."""
        data = self.cleaned_data
        told = {name: data[name] for name in (*TermDefaults.TERMS, "occupants") if data[name] not in ("", None)}
        if fee := told.get("late_fee"):
            told["late_fee"] = self.fees[fee]
        return told

    def rates(self) -> dict[str, int]:
        """What is on the rent, in hundredths of a percent."""
        return {name: self.cleaned_data[name] or 0 for name in ("tax_rate", "withholding_rate")}


def unlike_the_usual(lease: Lease, usual: Mapping[str, Usual]) -> dict[str, Any]:
    """The terms of a lease that are its own, as the form has them."""
    own = {
        name: getattr(lease, name)
        for names in CHOICES
        if any(getattr(lease, name) != usual[name].value for name in names)
        for name in names
    }
    if "late_fee" in own:
        own["late_fee"] = str(lease.late_fee_id or NO_FEE)
    return own
