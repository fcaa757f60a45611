"""The manner of all our commands: one JSON object on request, a sentence when refused, exit codes 0, 1 and 2."""

import json
from argparse import ArgumentParser, ArgumentTypeError
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from . import clock
from .money import Money
from .people import Landlord


class Command(BaseCommand):
    """Subclasses write `run(**options)`, which returns the keys of the JSON; `say` prints a line for people.

    A ValidationError or ValueError in `run` is a refusal: its text, exit code 1.
    """

    requires_migrations_checks = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object; notes go to standard error")
        self.arguments(parser)

    def arguments(self, parser: ArgumentParser) -> None:
        """The command's own arguments."""

    def run(self, **options: Any) -> dict[str, Any]:
        raise NotImplementedError

    def handle(self, *args: Any, **options: Any) -> None:
        self.as_json = options["json"]
        try:
            result = self.run(**options)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages), returncode=1) from error
        except ValueError as error:
            raise CommandError(str(error), returncode=1) from error
        if self.as_json:
            self.stdout.write(json.dumps(result, default=_json, ensure_ascii=False))
        if self.refused(result):
            raise SystemExit(1)

    def refused(self, result: dict[str, Any]) -> bool:
        """Whether what was found makes the exit code 1."""
        return result.get("ok") is False

    def say(self, text: str) -> None:
        """A line for people: standard output, or standard error beside JSON."""
        (self.stderr if self.as_json else self.stdout).write(text)


def _json(value: object) -> object:
    if isinstance(value, Money):
        return {str(value.currency): str(value.amount)}
    return str(value)


def landlord_code(text: str) -> Landlord:
    """An argument that names a landlord. Raises ValueError (a refusal) with the codes that there are."""
    try:
        return Landlord.objects.get(code=text.upper())
    except Landlord.DoesNotExist:
        known = ", ".join(Landlord.objects.order_by("code").values_list("code", flat=True)) or "none yet"
        raise ValueError(f"There is no landlord with the code {text}; there are: {known}.") from None


def day(text: str) -> date:
    return _of_our_time(text, text, "a day; write it as 2026-01-31")


def month(text: str) -> date:
    """The first day of a month written as 2026-01."""
    return _of_our_time(text, f"{text}-01", "a month; write it as 2026-01")


def _of_our_time(text: str, iso: str, expected: str) -> date:
    try:
        found = date.fromisoformat(iso)
    except ValueError:
        raise ArgumentTypeError(f"{text} is not {expected}.") from None
    if not 2000 <= found.year <= 2100:
        raise ArgumentTypeError(f"{text} is not between the years 2000 and 2100.")
    return found


class EachLandlord(Command):
    """A command that does one thing for every landlord, or one, by their local day or as of a date."""

    key = "changed"

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--on", type=day, help="as of this day instead of the landlord's local today")
        parser.add_argument("--landlord", metavar="CODE", help="only this landlord")

    def each(self, landlord: Landlord, on: date) -> int:
        raise NotImplementedError

    def run(self, **options: Any) -> dict[str, Any]:
        landlords = [landlord_code(options["landlord"])] if options["landlord"] else Landlord.objects.order_by("pk")
        count = sum(self.each(landlord, options["on"] or clock.today(landlord)) for landlord in landlords)
        self.say(f"{self.key}: {count}")
        return {self.key: count}
