"""People: who works in a landlord's book, and in which role."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Model
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rentbook.kernel.choices import Role
from rentbook.kernel.members import add_person, change_role, last_of_its_role, remove_person
from rentbook.kernel.people import Membership

from .changing import ScopedCreateView, ScopedRemoveView
from .columns import DataColumn, PersonColumn
from .forms import ScopedForm
from .viewsets import ScopedViewSet

# What `kernel.choices.MAY` says of each role, in a word for whoever chooses one.
DOES = {
    Role.MANAGER: gettext_lazy("everything, people too"),
    Role.CLERK: gettext_lazy("writes all day's work, deletes nothing"),
    Role.ACCOUNTANT: gettext_lazy("reads everything, changes nothing"),
    Role.CARETAKER: gettext_lazy("sees homes and who lives there, and nothing of money"),
    Role.OWNER: gettext_lazy("reads the whole book, changes nothing"),
}
ROLES = [(role, format_lazy("{} ({})", Role(role).label, does)) for role, does in DOES.items()]


def signs_in_by(row: Membership) -> Any:
    """The e-mail as whoever added the person wrote it, or the phone of one who has none."""
    return row.user.email.lower() if row.user.email else row.user.phone


class PersonForm(ScopedForm):
    """Who is let in: an e-mail, and what this book calls the person."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail"), max_length=254, help_text=gettext_lazy("By this the person signs in.")
    )
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=ROLES, initial=Role.CLERK)
    field_order = ["landlord", "email", "name", "role"]

    class Meta:
        model = Membership
        fields = ["landlord", "name", "role"]


class RoleForm(ScopedForm):
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=ROLES)

    class Meta:
        model = Membership
        fields = ["role"]


class LetInView(ScopedCreateView):
    """A new row with somebody who signs in; it says how, and the same whether they are known elsewhere or not."""

    def save(self, form: ScopedForm) -> Model:
        row = super().save(form)
        text = _("%(email)s can sign in now. Without a password, they set one by “Forgotten your password?”.")
        messages.info(self.request, text % {"email": form.cleaned_data["email"]})
        return row


class PersonRemoveView(ScopedRemoveView):
    template_name = "backoffice/remove_person.html"


class PeopleViewSet(ScopedViewSet):
    model = Membership
    icon = "user"
    menu_label = gettext_lazy("People")
    add_view_class = LetInView
    delete_view_class = PersonRemoveView
    new_form_class = PersonForm
    form_class = RoleForm
    services = {"create": add_person, "update": change_role, "delete": remove_person}
    stands_against = staticmethod(last_of_its_role)
    select_related = ("user", "landlord")
    search_fields = ["name", "user__email"]
    list_filter = ["role"]
    list_display = [
        "__str__",
        DataColumn("signs_in_by", label=gettext_lazy("Signs in by"), accessor=signs_in_by),
        DataColumn("role", label=gettext_lazy("Role"), accessor="get_role_display", sort_key="role"),
        PersonColumn("landlord", lambda row: row.landlord, label=gettext_lazy("Landlord")),
    ]  # fmt: skip
    inspect_view_fields = ["landlord"]

    @staticmethod
    def facts(row: Membership) -> Any:
        yield gettext_lazy("Name"), row
        yield gettext_lazy("Signs in by"), signs_in_by(row)
        yield gettext_lazy("Role"), dict(ROLES)[Role(row.role)]
