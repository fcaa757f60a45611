"""What the book knows of some meters, read once, and what a new reading makes of it: a charge, or a refusal."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files import File
from django.utils.translation import gettext as _

from rentbook.kernel import clock
from rentbook.kernel.people import Landlord

from .billed import billed_one_offs
from .meter_selectors import histories, payers, prices_on, stay
from .metering import READINGS, Kind, Prices, Stand, Unparted, first_day, used, who_pays
from .models import Charge, Meter, OneOffCharge, Reading

MOST = Decimal(10) ** 9


@dataclass(frozen=True, slots=True)
class NewReading:
    """What somebody read on a meter."""

    meter: Meter
    on: date
    value: Decimal
    photo: File | None = None


class MeterBook:
    """Meters of one landlord. A reading that was taken is known to the next."""

    def __init__(self, landlord: Landlord, meters: Iterable[Meter]):
        self.landlord, self.today = landlord, clock.today(landlord)
        keys = {meter.pk for meter in meters}
        rows = Meter.objects.of(landlord).select_related("tariff__landlord", "unit")
        self.meters: dict[int, Meter] = rows.in_bulk(keys)
        self.histories = histories(landlord, self.meters.values())
        self.payers = payers(landlord, self.meters.values())
        self._prices: dict[tuple[int, date], Prices | None] = {}

    def take(self, new: NewReading, kind: Kind = Kind.READ) -> OneOffCharge | None:
        """The charge that the reading makes, not stored; None where nobody pays for it or it comes to nothing.

        Raises ValidationError, a sentence, for one that cannot be.
        """
        meter, history = self.check(new)
        now = Stand(new.on, new.value, kind, history[-1].moved)
        charge = self._charge(meter, history, now)
        history.append(now)
        return charge

    def check(self, new: NewReading) -> tuple[Meter, list[Stand]]:
        """The meter and its history. Raises ValidationError for a day or value that does not follow on them."""
        meter, history = self.meters[new.meter.pk], self.histories[new.meter.pk]
        floor = max(stand.value for stand in _own(history) if stand.kind != Kind.ESTIMATED)
        values = {"meter": meter, "day": new.on, "value": f"{new.value:f}", "last": f"{floor.normalize():f}"}
        refusals = (
            (new.on > self.today, _("%(day)s lies in the future: a meter is read today or before.")),
            (meter.removed_on is not None, _("%(meter)s was removed: read the one that replaced it.")),
            (new.on < meter.installed_on, _("%(meter)s was not there yet on %(day)s.")),
            (not 0 <= new.value < MOST or new.value % Decimal("0.001"), _("“%(value)s” is no value of a meter.")),
        )
        for found, sentence in refusals:
            if found:
                raise ValidationError(sentence % values)
        self._check_order(meter, history, new.on)
        if new.value < floor:
            text = _("%(value)s is below the last reading, %(last)s: was the meter replaced? Then say so first.")
            raise ValidationError(text % values)
        return meter, history

    def _check_order(self, meter: Meter, history: list[Stand], on: date) -> None:
        last = history[-1]
        if last.kind not in READINGS or last.on < on:
            return
        values = {"meter": meter, "day": last.on, "value": f"{last.value.normalize():f}"}
        if last.on == on:
            raise ValidationError(_("%(meter)s was read on %(day)s already, at %(value)s.") % values)
        known = Reading.objects.of(self.landlord).filter(meter=meter, on=last.on).values_list("charge", flat=True)
        if billed_one_offs(self.landlord, [key for key in known if key]):
            raise ValidationError(_("The reading of %(day)s is billed: read it on a later day.") % values)
        raise ValidationError(_("%(meter)s was read on %(day)s: withdraw that reading first.") % values)

    # --- What it makes ----------------------------------------------------------------------------------------------

    def _charge(self, meter: Meter, history: list[Stand], now: Stand) -> OneOffCharge | None:
        first = first_day(history)
        known = self.payers[meter.unit_id, meter.stream]
        try:
            payer = who_pays(map(stay, known.values()), first, now.on)
        except Unparted as unparted:
            raise ValidationError(_unparted(known[unparted.stay.lease], first)) from unparted
        if payer is None:
            return None
        terms = [charge for charge in known[payer.lease] if charge.start <= now.on][-1]
        prices, use = self._priced(meter, terms, now.on), used(history, payer.start, now)
        if not (amount := prices.amount(use.units)):
            return None
        days = {"start": first, "end": min(now.on, payer.end or date.max), "bill_on": now.on}
        return _metered(terms, amount=amount, arithmetic=prices.explain(use), **days)

    def _priced(self, meter: Meter, terms: Charge, on: date) -> Prices:
        tariff = meter.tariff
        if tariff.currency != terms.lease.currency:
            raise ValidationError(_("The lease is in %s: charge it in the same currency.") % terms.lease.currency)
        if (tariff.pk, on) not in self._prices:
            self._prices[tariff.pk, on] = prices_on(tariff, on)
        if prices := self._prices[tariff.pk, on]:
            return prices
        raise ValidationError(_("%(tariff)s has no prices on %(day)s yet.") % {"tariff": tariff, "day": on})


def _own(history: list[Stand]) -> list[Stand]:
    """The stands of the newest meter."""
    opening = max(place for place, stand in enumerate(history) if stand.kind == Kind.OPENING)
    return history[opening:]


def _unparted(charges: list[Charge], first: date) -> str:
    lease, since = charges[0].lease, stay(charges).start
    values = {"tenant": lease.tenant, "unit": lease.unit, "day": since}
    if since > first:
        text = _("%(tenant)s pays for it from %(day)s, after the last reading: record the reading of that day first.")
    else:
        text = _("%(tenant)s is not the only one in %(unit)s who pays for it: what each has used was not counted.")
    return text % values


def _metered(terms: Charge, **values: Any) -> OneOffCharge:
    rates = {"tax_rate": terms.tax_rate, "withholding_rate": terms.withholding_rate}
    common = {"landlord_id": terms.landlord_id, "lease": terms.lease, "currency": terms.lease.currency}
    charge = OneOffCharge(kind=OneOffCharge.Kind.METERED, stream=terms.stream, **common, **rates, **values)
    # What a slip of the finger makes too large to be stored is refused here.
    charge.clean_fields(exclude={"landlord", "lease", "by"})
    return charge
