"""A line of a bill in words, with the arithmetic that made its amount (docs/rules.md, D3)."""

import re
from typing import Any

from babel.numbers import get_decimal_symbol, get_group_symbol
from django.utils.text import capfirst
from django.utils.translation import override

from modules.invoicing.models import CreditNoteLine, InvoiceLine
from modules.invoicing.wording import stream_name
from rentbook.kernel.percent import as_percent

WHOLE = re.compile(r"1 x |(\d+)/\1 ")
NAMED_BY_KIND = (InvoiceLine.Kind.LATE_FEE, InvoiceLine.Kind.DEPOSIT)


def shown(line: InvoiceLine, language: str) -> dict[str, Any]:
    """A line as it is printed."""
    single = line.one_off
    return {
        "name": name_of(line, language),
        "reason": single.reason if single else "",
        "start": line.period_start,
        "end": line.period_end,
        "amount": line.amount,
        "arithmetic": show_arithmetic(line.arithmetic or (single.arithmetic if single else ""), language),
    }


def credited(line: CreditNoteLine, language: str) -> dict[str, Any]:
    """A line of a credit note as it is printed."""
    return {
        "name": name_of(line.line, language),
        "start": line.period_start,
        "end": line.period_end,
        "amount": line.amount,
        "arithmetic": show_arithmetic(line.arithmetic, language),
    }


def name_of(line: InvoiceLine, language: str) -> str:
    """What a line is for: its stream, a tax with its rate (docs/rules.md, D29), a fee or a deposit as such."""
    if line.kind in NAMED_BY_KIND:
        with override(language):
            return capfirst(line.get_kind_display())
    name = stream_name(line.stream, language)
    return f"{name} ({as_percent(line.tax_rate)}%)" if line.kind == InvoiceLine.Kind.TAX else name


def show_arithmetic(text: str, language: str) -> str:
    """How the price of a part came about, with the language's separators; nothing for a whole period (D3)."""
    if WHOLE.match(text):
        return ""
    return text.translate(str.maketrans({",": get_group_symbol(language), ".": get_decimal_symbol(language)}))
