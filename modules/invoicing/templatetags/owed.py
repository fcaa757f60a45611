"""{{ invoice|owed }}: what is left to pay on a bill, as a link to how it is made."""

from django import template

from modules.invoicing import owed as links
from modules.invoicing.models import Invoice

register = template.Library()


@register.filter
def owed(invoice: Invoice) -> str:
    return links.owed(invoice, [invoice.balance])
