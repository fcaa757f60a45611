"""The landlord's own wordings of the lease agreement."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from modules.leasing.agreements import NAMES, shipped
from modules.leasing.models import AgreementTemplate
from rentbook.kernel import editing
from rentbook.kernel.people import Landlord, User
from rentbook.kernel.wording import unknown

LONGEST = 40_000  # letters: some twenty pages


def create_wording(*, landlord: Landlord, language: str, body: str = "", by: User | None) -> AgreementTemplate:
    """The landlord's wording in a language; without a body it begins with the one that Rentbook brings.

    Raises ValidationError by field for a second wording in the language, and for names that no lease has.
    """
    body = body.strip() or shipped(language)
    _check(body)
    return editing.create(AgreementTemplate, by=by, landlord=landlord, language=language, body=body)


def update_wording(
    *, row: AgreementTemplate, seen: int | None = None, by: User | None, **values: Any
) -> AgreementTemplate:
    """Change the wording. Raises StaleForm when somebody was quicker than `seen`, and ValidationError by field."""
    _check(values.get("body", row.body))
    return editing.change(row, by=by, seen=seen, **values)


def _check(body: str) -> None:
    if len(body) > LONGEST:
        said = _("The wording has %(count)s letters: %(most)s at most are expected.")
        raise ValidationError({"body": said % {"count": len(body), "most": LONGEST}})
    if wrong := unknown(body, NAMES):
        said = ngettext(
            "No lease has a value called %(wrong)s. These names are known: %(known)s.",
            "No lease has values called %(wrong)s. These names are known: %(known)s.",
            len(wrong),
        )
        shown = ", ".join(f"{{{{ {name} }}}}" for name in wrong)
        raise ValidationError({"body": said % {"wrong": shown, "known": ", ".join(NAMES)}})
