"""When an invoice is planned, due and charged a late fee (docs/rules.md, R2, D13, D17)."""

from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from modules.leasing.terms import Alignment, BillingTerms

from .periods import Period, billing_day, planned_issue_day

__all__ = ["due_date", "due_from", "late_fee_day", "planned_issue_day"]


def due_date(period: Period, terms: BillingTerms) -> date:
    """The last day to pay, from the planned issue day: a late run does not move it (R2, D13)."""
    return due_from(billing_day(period, terms), terms, planned_issue_day(period, terms))


def due_from(opening: date, terms: BillingTerms, planned: date) -> date:
    """The last day to pay what is billed on `opening` and planned to be issued on `planned`.

    A due day of 29 to 31 falls on the last day of a shorter month. Where the billing day is later in its month than
    the due day, a calendar period is due on the billing day, an anniversary period on the next month's due day.
    """
    if terms.due_days_after is not None:
        return planned + timedelta(days=terms.due_days_after)
    due = opening + relativedelta(day=terms.due_day)
    if due >= opening:
        return due
    if terms.alignment == Alignment.calendar:
        return opening
    return opening + relativedelta(months=1, day=terms.due_day)


def late_fee_day(due: date, grace_days: int, issued: date) -> date:
    """The day a fee falls: the first after the grace, which begins the day after the due date (D17).

    `issued` is the real issue day: for the fee the due date is never earlier (D13).
    """
    return max(due, issued) + timedelta(days=grace_days + 1)
