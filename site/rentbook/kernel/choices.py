"""The few closed lists that everybody shares."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Language(models.TextChoices):
    ENGLISH = "en", "English"
    KISWAHILI = "sw", "Kiswahili"
    FRENCH = "fr", "Français"
    ARABIC = "ar", "العربية"


class Channel(models.TextChoices):
    WHATSAPP = "whatsapp", "WhatsApp"
    SMS = "sms", "SMS"
    EMAIL = "email", _("e-mail")


class Role(models.TextChoices):
    MANAGER = "manager", _("manager")
    CLERK = "clerk", _("clerk")
    ACCOUNTANT = "accountant", _("accountant")
    CARETAKER = "caretaker", _("caretaker")
    OWNER = "owner", _("owner")


# The superuser: a member of no book, who looks into every one and runs the site.
OPERATOR = "operator"

Verbs = tuple[str, ...]
LOOK: Verbs = ("view",)
WRITE: Verbs = (*LOOK, "add", "change")
ALL: Verbs = (*WRITE, "delete")

# What each may do with rows of a book; one who is not named may nothing.
OFFICE: dict[str, Verbs] = {
    Role.MANAGER: ALL,
    Role.CLERK: WRITE,
    Role.ACCOUNTANT: LOOK,
    Role.OWNER: LOOK,
    OPERATOR: LOOK,
}
READERS = dict.fromkeys(OFFICE, LOOK)
# A model, or else its app, or else "", says what. A caretaker knows homes and who lives there, and nothing of money.
MAY: dict[str, dict[str, Verbs]] = {
    "": OFFICE,
    "leasing": OFFICE | {Role.CARETAKER: LOOK},
    **dict.fromkeys(("leasing.charge", "leasing.oneoffcharge", "leasing.sharedcost"), OFFICE),
    **dict.fromkeys(("leasing.tariff", "leasing.tariffblock", "leasing.termdefaults"), OFFICE),
    **dict.fromkeys(("leasing.agreementtemplate", "leasing.latefeerule"), OFFICE),
    "leasing.reading": OFFICE | {Role.CARETAKER: (*LOOK, "add")},
    # Identity cards are among them.
    "leasing.document": {Role.MANAGER: ALL, Role.CLERK: WRITE},
    **dict.fromkeys(("leasing.repairrequest", "leasing.repairphoto"), OFFICE | {Role.CARETAKER: WRITE}),
    "kernel.landlord": READERS | {Role.MANAGER: ("view", "change"), OPERATOR: WRITE},
    "kernel.logentry": READERS,
    "kernel.membership": {Role.MANAGER: ALL, Role.OWNER: LOOK, OPERATOR: ALL},
    "kernel.job": OFFICE | {OPERATOR: WRITE},
    "exchange.callback": READERS | {OPERATOR: ("view", "change")},
}


def verbs_of(role: str, model: str) -> Verbs:
    """What the role may do with rows of a model, named as kernel.contact."""
    kind = next(name for name in (model, model.partition(".")[0], "") if name in MAY)
    return MAY[kind].get(role, ())


def rights(role: str) -> set[tuple[str, str]]:
    """All that the role may do, anywhere: for telling whether one role may more than another."""
    return {(kind, verb) for kind, roles in MAY.items() for verb in roles.get(role, ())}
