from typing import Any

from modules.messaging.tasks import deliver
from rentbook.kernel.commands import Command as Base


class Command(Base):
    help = "Queue what people should have been told by now, and send it."

    def run(self, **options: Any) -> dict[str, Any]:
        done = deliver()
        self.say(f"sent: {done['sent']}, failed: {done['failed']}")
        return done
