"""What leasing does when the kernel asks: papers go with the person whom they are about."""

from rentbook.kernel.registry import slots

from .services.erasing import forget_papers

slots.fill("contact.erased", forget_papers)
