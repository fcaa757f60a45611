"""The terms that shape a lease's billing calendar (docs/rules.md, R2, D3, D7). Plain values, no database."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from dateutil.relativedelta import relativedelta


def _(sentence: str) -> str:
    """Mark a sentence for the catalogues: whoever shows it translates it."""
    return sentence


class Frequency(StrEnum):
    weekly = "weekly"
    fortnightly = "fortnightly"
    monthly = "monthly"
    quarterly = "quarterly"
    half_yearly = "half-yearly"
    yearly = "yearly"

    @property
    def weeks(self) -> int:
        """The length of a period in weeks; 0 where it is counted in months."""
        return {"weekly": 1, "fortnightly": 2}.get(self, 0)

    @property
    def months(self) -> int:
        """The length of a period in calendar months; 0 where it is counted in weeks."""
        return {"monthly": 1, "quarterly": 3, "half-yearly": 6, "yearly": 12}.get(self, 0)

    @property
    def per_year(self) -> int:
        """How many periods' rent make the year's rent: 52, 26, 12, 4, 2 or 1."""
        return 52 // self.weeks if self.weeks else 12 // self.months


class Alignment(StrEnum):
    calendar = "calendar"
    anniversary = "anniversary"


class Proration(StrEnum):
    actual = "actual"
    thirty_day = "30-day"
    year_365 = "365-day"


def last_day(start: date, months: int) -> date:
    """The last day of so many months that begin with `start`: both ends count (docs/rules.md, D1, D6)."""
    return start + relativedelta(months=months) - timedelta(days=1)


class TermsError(ValueError):
    """Terms that contradict each other; `by_field` holds a sentence for each contradiction, `problems` them alone."""

    def __init__(self, by_field: dict[str, str]):
        super().__init__(" ".join(by_field.values()))
        self.by_field, self.problems = by_field, list(by_field.values())


@dataclass(frozen=True, slots=True)
class BillingTerms:
    """When a charge is billed and due, from `start` to `end`, both included; `end` None is open-ended.

    Exactly one due rule is set: `due_day`, a day of the month, or `due_days_after`, days after the planned issue
    day. `lead_days` brings the planned issue day forward. Raises TermsError where the terms contradict each other.
    """

    start: date
    end: date | None
    frequency: Frequency
    alignment: Alignment
    proration: Proration
    in_arrears: bool = False
    due_day: int | None = 5
    due_days_after: int | None = None
    lead_days: int = 0

    def __post_init__(self) -> None:
        if found := problems(self):
            raise TermsError(found)


def problems(terms: BillingTerms) -> dict[str, str]:
    """A fixed sentence, without figures, for each term that contradicts another; empty when they can be billed."""
    by_day, by_count = terms.due_day is not None, terms.due_days_after is not None
    fortnightly_calendar = terms.frequency == Frequency.fortnightly and terms.alignment == Alignment.calendar
    no_such_day = by_day and terms.due_day not in range(1, 32)
    negative = (terms.due_days_after or 0) < 0
    checks = [
        ("end", terms.end is not None and terms.end < terms.start, _("The last day is before the first day.")),
        ("alignment", fortnightly_calendar, _("Fortnights have no calendar: align them to the anniversary.")),
        ("due_day", by_day and by_count, _("Choose either a due day or a number of days after issue, not both.")),
        ("due_day", not by_day and not by_count, _("Choose a due day or a number of days after issue.")),
        ("due_day", no_such_day, _("The due day is a day of the month, from 1 to 31.")),
        ("due_days_after", negative, _("The number of days after issue cannot be negative.")),
        ("lead_days", terms.lead_days < 0, _("The number of lead days cannot be negative.")),
    ]
    return {field: sentence for field, found, sentence in checks if found}
