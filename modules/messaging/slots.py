"""What messaging does when a contact is erased (docs/rules.md, D45)."""

from rentbook.kernel.registry import slots

from .services import forget_contact

slots.fill("contact.erased", forget_contact)
