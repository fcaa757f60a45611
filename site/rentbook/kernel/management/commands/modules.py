from typing import Any

from django.conf import settings

from rentbook.kernel import modules
from rentbook.kernel.commands import Command as Base


class Command(Base):
    help = "List the modules: name, version, whether each is on, and what it depends on."
    requires_migrations_checks = False

    def run(self, **options: Any) -> dict[str, Any]:
        rows = [
            {
                "name": label,
                "version": config.version,
                "state": "off" if label in settings.RENTBOOK_MODULES_OFF else "on",
                "depends": list(config.depends),
            }
            for label, config in modules.discover().items()
        ]
        for row in rows:
            needs = f" (needs {', '.join(row['depends'])})" if row["depends"] else ""
            self.say(f"{row['name']} {row['version']} {row['state']}{needs}")
        return {"modules": rows}
