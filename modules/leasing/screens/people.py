"""Who is called or answers beside the tenant; and forgetting one for good."""

from django import forms
from django.utils.translation import gettext_lazy as _

from modules.leasing.models import LeaseParty, TenantContact
from modules.leasing.selectors import erasing_blocked
from modules.leasing.services import add_contacts, add_parties, erase_tenants, remove_contact, remove_party
from rentbook.backoffice.columns import PersonColumn
from rentbook.backoffice.forms import ReasonForm
from rentbook.backoffice.viewsets import Action, Related, ScopedViewSet


class PersonForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    email = forms.EmailField(label=_("E-mail"), required=False)


class ContactForm(PersonForm):
    role = forms.ChoiceField(label=_("Role"), choices=TenantContact.Role.choices)


class PartyForm(PersonForm):
    role = forms.ChoiceField(label=_("Role"), choices=LeaseParty.Role.choices)


ADD_CONTACT = Action(
    _("Add a contact"),
    add_contacts,
    "tenants",
    _("Somebody else who is called about this tenant, and who is never written to unasked."),
    asks=ContactForm,
    bulk=False,
)
ADD_PARTY = Action(
    _("Add a person"),
    add_parties,
    "leases",
    _("A co-tenant, guarantor or occupant: the bills stay with the tenant."),
    asks=PartyForm,
    bulk=False,
)
ERASE = Action(
    _("Erase"),
    erase_tenants,
    "tenants",
    _("Name, phone, papers and messages are gone for good; bills and receipts stay. Name nobody in the reason."),
    needs="delete",
    blocked=lambda tenant: " ".join(erasing_blocked(tenant)),
    asks=ReasonForm,
    bulk=False,
)
OTHERS = Related(
    _("Other contacts"), lambda tenant: tenant.others.select_related("contact"), ("contact", "role", "contact__phone")
)
PARTIES = Related(
    _("People of the lease"),
    lambda lease: lease.parties.select_related("contact"),
    ("contact", "role", "contact__phone"),
)


class TenantContactViewSet(ScopedViewSet):
    model = TenantContact
    icon = "user"
    services = {"delete": remove_contact}
    list_display = ["contact", "role", PersonColumn("tenant", lambda row: row.tenant, label=_("Tenant"))]
    search_fields = ["contact__name", "contact__phone"]
    select_related = ("contact", "tenant__contact")
    inspect_view_fields = ["contact", "role", "tenant", "landlord"]


class LeasePartyViewSet(ScopedViewSet):
    model = LeaseParty
    icon = "user"
    services = {"delete": remove_party}
    list_display = ["contact", "role", PersonColumn("lease", lambda row: row.lease, label=_("Lease"))]
    search_fields = ["contact__name", "contact__phone"]
    select_related = ("contact", "lease__unit", "lease__tenant__contact")
    inspect_view_fields = ["contact", "role", "lease", "landlord"]
