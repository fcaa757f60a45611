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
    """Terms that contradict each other; `problems` holds a sentence for each contradiction."""

    def __init__(self, problems: list[str]):
        super().__init__(" ".join(problems))
        self.problems = problems


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


def problems(terms: BillingTerms) -> list[str]:
    """A fixed sentence, without figures, for each contradiction in the terms; empty when they can be billed."""
    by_day, by_count = terms.due_day is not None, terms.due_days_after is not None
    fortnightly_calendar = terms.frequency == Frequency.fortnightly and terms.alignment == Alignment.calendar
    checks = [
        (terms.end is not None and terms.end < terms.start, _("The last day is before the first day.")),
        (fortnightly_calendar, _("Fortnights have no calendar: align them to the anniversary.")),
        (by_day and by_count, _("Choose either a due day or a number of days after issue, not both.")),
        (not by_day and not by_count, _("Choose a due day or a number of days after issue.")),
        (by_day and terms.due_day not in range(1, 32), _("The due day is a day of the month, from 1 to 31.")),
        ((terms.due_days_after or 0) < 0, _("The number of days after issue cannot be negative.")),
        (terms.lead_days < 0, _("The number of lead days cannot be negative.")),
    ]
    return [sentence for found, sentence in checks if found]
