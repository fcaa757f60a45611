"""The labels of the plain enums that the billing calendar reads, so that the rules stay free of Django."""

from enum import Enum
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from modules.leasing.terms import Alignment, Frequency, Proration


def labelled(enum: type[Enum], **labels: Any) -> list[tuple[str, Any]]:
    """Choices of a plain enum with its translated labels."""
    return [(member.value, labels[member.name]) for member in enum]


FREQUENCIES = labelled(
    Frequency,
    weekly=_("weekly"),
    fortnightly=_("fortnightly"),
    monthly=_("monthly"),
    quarterly=_("quarterly"),
    half_yearly=_("half-yearly"),
    yearly=_("yearly"),
)
ALIGNMENTS = labelled(Alignment, calendar=_("calendar periods"), anniversary=_("from the start day"))
PRORATIONS = labelled(Proration, actual=_("actual days"), thirty_day=_("30-day month"), year_365=_("365-day year"))


class AtTheEnd(models.TextChoices):
    """What happens to a lease on its last day (docs/rules.md, D11)."""

    EXPIRE = "expire", _("it ends")
    MONTH_TO_MONTH = "month_to_month", _("it goes on month to month")
    RENEW = "renew", _("it is renewed for the same time")
