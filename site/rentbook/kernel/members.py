"""Who works in a book: adding people, changing their roles, taking them out again (docs/rules.md, roles)."""

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from . import editing
from .choices import Role, rights
from .people import Landlord, Membership, User
from .roles import sync_groups
from .states import Refused

# A book keeps one of each that it ever had: somebody who runs it, somebody whose it is.
KEPT = (Role.MANAGER, Role.OWNER)


@transaction.atomic
def add_person(*, landlord: Landlord, email: str, name: str, role: str, by: User | None) -> Membership:
    """Let a person work in the book, under the name that this book gives them.

    An e-mail that nobody signs in by becomes a user without a password. The answer is the same whether it is known in
    another book or not. Raises ValidationError by field; nobody adds himself.
    """
    validate_email(email)
    _lock(landlord)
    user = known_user(email, None) or new_user(email, None, None, name)
    if user == by:
        raise ValidationError({"email": _("Nobody lets himself in: ask somebody else who may.")})
    if Membership.objects.filter(user=user, landlord=landlord).exists():
        raise ValidationError({"email": _("%(email)s is in this book already.") % {"email": email}})
    membership = editing.create(Membership, by=by, user=user, landlord=landlord, name=name, role=role)
    sync_groups(user)
    return membership


@transaction.atomic
def change_role(*, row: Membership, role: str, seen: int | None = None, by: User | None) -> Membership:
    """Give a person another role in the book.

    Raises Refused where somebody would raise himself, or the book would lose its last manager or owner; StaleForm and
    ValidationError by field.
    """
    row = _locked(row)
    if row.user == by and not rights(role) <= rights(row.role):
        raise Refused(_("Nobody raises his own role: ask somebody else who may."))
    if role != row.role:
        _refuse_last(row)
    row = editing.change(row, by=by, seen=seen, role=role)
    sync_groups(row.user)
    return row


@transaction.atomic
def remove_person(*, row: Membership, by: User | None) -> None:
    """Take a person out of the book at once: what they have open shows nothing more.

    Raises Refused where the book would lose its last manager or owner.
    """
    row = _locked(row)
    _refuse_last(row)
    editing.delete(row, by=by)
    sync_groups(row.user)


def last_of_its_role(row: Membership) -> list[str]:
    """Why this person cannot be taken out, nor given another role: a sentence, or none."""
    others = Membership.objects.filter(landlord=row.landlord_id, role=row.role, user__is_active=True).exclude(pk=row.pk)
    if row.role not in KEPT or others.exists():
        return []
    text = _("%(person)s is the last %(role)s of %(landlord)s: name another one first.")
    return [text % {"person": row, "role": row.get_role_display(), "landlord": row.landlord}]


def _refuse_last(row: Membership) -> None:
    if found := last_of_its_role(row):
        raise Refused(found)


def _lock(landlord: Landlord) -> None:
    """One change of the book's people at a time: two managers cannot take each other out."""
    Landlord.objects.select_for_update().get(pk=landlord.pk)


def _locked(row: Membership) -> Membership:
    _lock(row.landlord)
    known = Membership.objects.filter(pk=row.pk).select_related("user", "landlord").first()
    if known is None:
        raise Refused(_("%(person)s is not in this book any more.") % {"person": row})
    return known


# --- Users ----------------------------------------------------------------------------------------------------------


def known_user(email: str | None, phone: str | None) -> User | None:
    """Who signs in by this e-mail, however it is spelled, or by this phone. ValidationError where they are two."""
    known = set(User.objects.filter(email__iexact=email)) if email else set()
    known |= set(User.objects.filter(phone=phone)) if phone else set()
    if len(known) > 1:
        raise ValidationError(_("The e-mail and the phone belong to two users."))
    return next(iter(known), None)


def new_user(email: str | None, phone: str | None, password: str | None, name: str) -> User:
    """A user who signs in by one of the two; without a password, one is set by the page for a forgotten one."""
    if email:
        validate_email(email)
    return User.objects.create_user(email and email.lower(), password, phone=phone, first_name=name[:150])
