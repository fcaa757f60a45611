import secrets
from typing import Any

from rentbook.kernel.choices import Language
from rentbook.kernel.commands import Command as Base
from rentbook.kernel.landlords import create_landlord


class Command(Base):
    help = "Open the book of a new landlord, with a user who owns it."

    def arguments(self, parser) -> None:
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
        if user:
            self.say(f"Owner: {user.email or user.phone}, password {password} (shown once).")
        return {
            "landlord": landlord.code,
            "user": str(user.email or user.phone) if user else None,
            "password": password,
        }
