"""Where bills are paid: the addresses that a module above gives."""

from collections.abc import Sequence

from rentbook.kernel.registry import slots

from .models import Invoice


def pay_links(invoices: Sequence[Invoice]) -> dict[int, str]:
    """The address at which each open invoice is paid, by the invoice's key; nothing for one that has none."""
    return {key: link for links in slots.all("invoice.links", invoices) for key, link in links.items()}


def pay_link(invoice: Invoice) -> str:
    return pay_links([invoice]).get(invoice.pk, "")
