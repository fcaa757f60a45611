import secrets
from argparse import ArgumentParser
from typing import Any

from rentbook.kernel.choices import Language
from rentbook.kernel.commands import Command as Base
from rentbook.kernel.landlords import create_landlord
from rentbook.kernel.people import User


class Command(Base):
    help = "Open the book of a new landlord, with a user who owns it."

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", help="three letters that stand in every invoice number, such as DAR")
        parser.add_argument("name", help="the landlord's name, as tenants read it")
        parser.add_argument("--country", required=True, help="two letters, such as TZ")
        parser.add_argument("--currency", required=True, help="three letters, such as TZS")
        parser.add_argument("--language", choices=Language.values, default="en", help="en, sw, fr or ar; en by default")
        parser.add_argument("--time-zone", help="such as Africa/Dar_es_Salaam; by default the country's own")
        parser.add_argument("--owner-email", help="who signs in as the owner")
        parser.add_argument("--owner-password", help="made and shown once when it is not given")
        parser.add_argument("--owner-phone", help="the owner's number, as people write it in that country")

    def run(self, **options: Any) -> dict[str, Any]:
        password = options["owner_password"] or secrets.token_urlsafe(9)
        before = set(User.objects.values_list("pk", flat=True))
        landlord, user = create_landlord(
            code=options["code"],
            name=options["name"],
            country=options["country"],
            currency=options["currency"],
            language=options["language"],
            time_zone=options["time_zone"],
            owner_email=options["owner_email"],
            owner_password=password,
            owner_phone=options["owner_phone"],
        )
        self.say(f"{landlord.name} ({landlord.code}) is open.")
        made = user is not None and user.pk not in before
        who = str(user.email or user.phone) if user else None
        if made:
            self.say(f"Owner: {who}, password {password} (shown once).")
        elif user:
            self.say(f"Owner: {who}, who signs in with the password that they have.")
        return {"landlord": landlord.code, "user": who, "password": password if made else None}
