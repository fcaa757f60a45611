from argparse import ArgumentParser
from typing import Any

from rentbook.exchange.demo import empty_demo, load_demo
from rentbook.kernel.commands import Command as Base


class Command(Base):
    help = "Load the demo portfolios, dates relative to today, every state present. Refuses where other data is."

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--reset", action="store_true", help="take the demo away first")

    def run(self, **options: Any) -> dict[str, Any]:
        if options["reset"]:
            empty_demo()
        self.say("Loading the demo portfolios ...")
        result = load_demo()
        self.say(f"{len(result['landlords'])} landlords, {result['tenants']} tenants, {result['leases']} leases.")
        self.say("Sign in with:")
        for user in result["users"]:
            self.say(f"    {user}")
        return result
