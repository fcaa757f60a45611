"""Writes of invoicing."""

from .billing import (
    RunResult,
    issue_due,
    issue_ended,
    issue_rent_invoices,
    issue_signed,
    preview_rent_invoices,
    start_billing,
    start_run,
    unbilled,
)
from .crediting import (
    credit_lines,
)
from .deposit_bills import (
    bill_deposits,
    hold_deposits,
)
from .deposits import (
    apply_deposit,
    refund_deposit,
    reverse_deposit_entries,
)
from .ending import (
    credit_unused,
)
from .extensions import (
    agree_extensions,
    decline_extensions,
    end_extensions,
    give_more_time,
    request_extension,
)
from .late_fees import (
    add_late_fee,
    apply_late_fees,
    reverse_late_fees_paid_in_time,
    waive_late_fees,
)
from .lifecycle import (
    cancel_invoices,
    mark_invoices_overdue,
    mark_overdue,
    overdue_blocked,
    send_invoices,
    send_reviewed,
)
from .manual import (
    ManualLine,
    draft_invoice,
)
from .moving_out import (
    Deduction,
    MoveOut,
    foresee_move_out,
    move_out,
)
from .opening import (
    OpeningBalance,
    open_balances,
)
from .policy import (
    create_policy,
    update_policy,
)
from .reminding import (
    remind_tenants,
)
from .reversing import (
    reverse_credits,
    reverse_settlements,
    unapply_credits,
)
from .runs import (
    approve_runs,
    drop_runs,
    issue_runs,
    prepare_run,
    undo_runs,
)
from .settling import (
    Overpayment,
    apply_credits,
    give_credit,
    lock_bills,
    lock_invoice,
    lock_ledgers,
    release,
    reserve,
    settle,
)
from .withholding import (
    withhold,
)
from .writing_off import (
    recover,
    take_back,
    write_off,
)

__all__ = [
    "Deduction",
    "ManualLine",
    "MoveOut",
    "OpeningBalance",
    "Overpayment",
    "RunResult",
    "add_late_fee",
    "agree_extensions",
    "apply_credits",
    "apply_deposit",
    "apply_late_fees",
    "approve_runs",
    "bill_deposits",
    "cancel_invoices",
    "create_policy",
    "credit_lines",
    "credit_unused",
    "decline_extensions",
    "draft_invoice",
    "drop_runs",
    "end_extensions",
    "foresee_move_out",
    "give_credit",
    "give_more_time",
    "hold_deposits",
    "issue_due",
    "issue_ended",
    "issue_rent_invoices",
    "issue_runs",
    "issue_signed",
    "lock_bills",
    "lock_invoice",
    "lock_ledgers",
    "mark_invoices_overdue",
    "mark_overdue",
    "move_out",
    "open_balances",
    "overdue_blocked",
    "prepare_run",
    "preview_rent_invoices",
    "recover",
    "refund_deposit",
    "release",
    "remind_tenants",
    "request_extension",
    "reserve",
    "reverse_credits",
    "reverse_deposit_entries",
    "reverse_late_fees_paid_in_time",
    "reverse_settlements",
    "send_invoices",
    "send_reviewed",
    "settle",
    "start_billing",
    "start_run",
    "take_back",
    "unapply_credits",
    "unbilled",
    "undo_runs",
    "update_policy",
    "waive_late_fees",
    "withhold",
    "write_off",
]
