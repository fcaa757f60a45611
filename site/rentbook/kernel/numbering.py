"""Gapless numbers: one counter row a landlord and series, taken under its lock in the issuing transaction."""

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from .people import Landlord
from .scoping import ScopedModel


class Counter(ScopedModel):
    """The last number given out in a series, such as INV-202601 or RCT."""

    series = models.CharField(_("series"), max_length=20)
    last = models.PositiveIntegerField(_("last"), default=0)

    class Meta:
        verbose_name = _("counter")
        verbose_name_plural = _("counters")
        constraints = [models.UniqueConstraint(fields=["landlord", "series"], name="counter_once")]

    def __str__(self) -> str:
        return f"{self.series} {self.last}"


def lock_series(landlord: Landlord, series: str) -> Counter:
    """The counter under its lock. Whoever locks invoices too takes this first: one order everywhere, no deadlock."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("A number taken outside a transaction would leave a gap.")
    Counter.objects.of(landlord).get_or_create(series=series, defaults={"landlord": landlord})
    return Counter.objects.of(landlord).select_for_update().get(series=series)


def take_numbers(landlord: Landlord, series: str, count: int) -> list[str]:
    """The next `count` numbers of a series, such as RCT-DAR001: the landlord's letters and at least three digits.

    Must run inside the transaction that uses the numbers, so that a rollback gives them back (docs/rules.md, R6).
    """
    counter = lock_series(landlord, series)
    first, counter.last = counter.last + 1, counter.last + count
    counter.save(update_fields=["last"])
    return [f"{series}-{landlord.code}{number:03}" for number in range(first, counter.last + 1)]
