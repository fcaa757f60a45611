from typing import Any

from modules.payments.services import expire_payments
from rentbook.kernel.commands import Command as Base


class Command(Base):
    help = "Ask the providers about pending payments, and release those whose reservation is over."

    def run(self, **options: Any) -> dict[str, Any]:
        done = expire_payments()
        self.say(", ".join(f"{name}: {count}" for name, count in done.items()))
        return done
