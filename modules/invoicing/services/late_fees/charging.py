"""Late fees that fall by a lease's rule: every one that is due by a day, each once (docs/rules.md, D17 to D20)."""

import json
from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import BigIntegerField, F, Max, Model, OuterRef, Subquery, TextField, Value
from django.db.models.functions import Cast, JSONArray

from modules.invoicing.due_dates import late_fee_day
from modules.invoicing.events import LateFeesCharged
from modules.invoicing.late_fees import FeeTerms, fee_day
from modules.invoicing.models import Extension, Invoice, InvoiceLine, LateFee
from modules.invoicing.selectors import OWING, billing_step, given_time
from modules.invoicing.services.extensions import end_extensions
from modules.leasing.models import LateFeeRule
from rentbook.kernel import log
from rentbook.kernel.accounts import Account
from rentbook.kernel.inserting import Given, insert_from, insert_reckoned
from rentbook.kernel.keys import among
from rentbook.kernel.people import Landlord

from .figures import fee_of, given

STREAM, KEY = "late-fee", BigIntegerField()
Due = dict[tuple[date, int], list[int]]
#: The first day that a fee may fall, the day and number of the last one, the last day of time that was given.
Dates = tuple[date, date | None, int, date | None]


@transaction.atomic
def apply_late_fees(*, landlord: Landlord, on: date) -> int:
    """Charge every late fee that fell by `on` and was not charged, each dated its own day; returns how many.

    None falls on a bill that is settled, is being paid, or for which time was given (D19, D20); what a closed month
    holds back is dated the first open day. Run again it charges nothing.
    """
    Landlord.objects.select_for_update(no_key=True).get(pk=landlord.pk)
    if landlord.locked_through and on <= landlord.locked_through:
        return 0
    end_extensions(landlord=landlord, on=on)
    rules = LateFeeRule.objects.of(landlord).order_by("pk")
    charged = sum(_apply(rule, landlord, on) for rule in rules)
    if charged:
        LateFeesCharged(landlord.pk).emit()
    return charged


def terms_of(rule: LateFeeRule) -> FeeTerms:
    """A rule as plain values."""
    most = rule.maximum.amount if rule.maximum else None
    step = billing_step(rule.landlord_id, rule.currency)
    return FeeTerms(step, rule.amount.amount, rule.rate, rule.every_days, most)


def _apply(rule: LateFeeRule, landlord: Landlord, on: date) -> int:
    """All that the rule asks by a day: the next fee of each bill and, where it falls again, the one after that."""
    charged = made = _charge_next(rule, landlord, on)
    while made and rule.every_days:
        made = _charge_next(rule, landlord, on)
        charged += made
    return charged


def _charge_next(rule: LateFeeRule, landlord: Landlord, on: date) -> int:
    return sum(_charge(rule, landlord, *key, bills) for key, bills in _due(rule, landlord, on).items())


def _due(rule: LateFeeRule, landlord: Landlord, on: date) -> Due:
    """The bills on which the rule's next fee fell by a day, under their locks: by that day and the fee's number."""
    opens = landlord.locked_through + timedelta(days=1) if landlord.locked_through else date.min
    due: Due = defaultdict(list)
    for (first, last, number, given_through), keys in _alike(rule, landlord, on):
        day = fee_day(first, rule.every_days, last, given_through)
        if day and max(day, opens) <= on:
            due[max(day, opens), number + 1] += keys
    return due


def _alike(rule: LateFeeRule, landlord: Landlord, on: date) -> list[tuple[Dates, list[int]]]:
    """The bills that may bear a fee, locked, by what its day is told from: most of a book have the same few dates."""
    own = LateFee.unscoped.filter(invoice=OuterRef("pk"), rule__isnull=False).order_by("-occurrence")[:1]
    given = Extension.unscoped.filter(invoice=OuterRef("pk"), ended_on__isnull=False).order_by("-ended_on")[:1]
    bills = Invoice.objects.of(landlord).filter(OWING, ~given_time(on), amount_reserved=0, due_date__lt=on)
    bills = bills.filter(lease__late_fee=rule, currency=rule.currency).order_by("pk").select_for_update(of=("self",))
    facts = JSONArray(
        "due_date", "issue_date", "lease__grace_days", Subquery(own.values("on")), Subquery(own.values("occurrence")),
        Subquery(given.values("ended_on")),
    )  # fmt: skip
    alike: dict[str, list[int]] = defaultdict(list)
    for pk, text in bills.values_list("pk", Cast(facts, TextField())).iterator():
        alike[text].append(pk)
    return [(_dates(*json.loads(text)), keys) for text, keys in alike.items()]


def _dates(due: str, issued: str, grace: int, last: str | None, number: int | None, given: str | None) -> Dates:
    first = late_fee_day(date.fromisoformat(due), grace, date.fromisoformat(issued))
    return first, _day(last), number or 0, _day(given)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _charge(rule: LateFeeRule, landlord: Landlord, day: date, number: int, keys: list[int]) -> int:
    """The fee of that day on each of the bills: its line, the fee, the bill's total, the log; returns how many."""
    bills = Invoice.objects.of(landlord).filter(among(keys))
    last = InvoiceLine.unscoped.aggregate(last=Max("pk", default=0))["last"]
    read = {"invoice": F("pk"), "lease": F("lease"), **given(day)}
    same = {"landlord": landlord.pk, "currency": rule.currency, "kind": InvoiceLine.Kind.LATE_FEE, "stream": STREAM}
    made = insert_reckoned(
        bills, InvoiceLine, given=read, invoice=Given("invoice", KEY), lease=Given("lease", KEY),
        **_values(InvoiceLine, **same, period_start=day, period_end=day, account=Account.LATE_FEES),
        **fee_of(terms_of(rule)),
    )  # fmt: skip
    # Whoever makes such a line holds the landlord's lock: these are our own.
    lines = InvoiceLine.objects.of(landlord).filter(pk__gt=last, kind=InvoiceLine.Kind.LATE_FEE)
    insert_from(
        lines, LateFee, **{name: F(name) for name in ("landlord", "invoice", "currency", "amount")},
        **_values(LateFee, occurrence=number, on=day), rule=Value(rule.pk), base=F("price"), line=F("pk"),
    )  # fmt: skip
    fees = LateFee.objects.of(landlord).filter(line__gt=last)
    own = LateFee.unscoped.filter(invoice=OuterRef("pk"), rule=rule, occurrence=number)
    raised = F("total") + Subquery(own.values("amount"))
    Invoice.objects.of(landlord).filter(pk__in=fees.values("invoice")).update(total=raised)
    log.record_made(fees, LateFeesCharged.name, by=None)
    return made


def _values(model: type[Model], **values: object) -> dict[str, Value]:
    """Plain values for columns of the model, each as its column keeps it."""
    meta: Any = model._meta  # its get_field() may give a relation, which has no column
    return {name: Value(value, meta.get_field(name)) for name, value in values.items()}
