"""Properties, units, tenants, leases, and what a lease bills."""

from .charges import Charge, OneOffCharge, SharedCost
from .defaults import LateFeeRule, TermDefaults
from .keeping import AgreementTemplate, Document, RepairPhoto, RepairRequest
from .leases import Lease, LeaseParty, Term
from .metering import Meter, Reading, Tariff, TariffBlock
from .people import Tenant, TenantContact
from .places import Property, Unit
from .words import ALIGNMENTS, FREQUENCIES, PRORATIONS, AtTheEnd

__all__ = [
    "ALIGNMENTS",
    "FREQUENCIES",
    "PRORATIONS",
    "AgreementTemplate",
    "AtTheEnd",
    "Charge",
    "Document",
    "LateFeeRule",
    "Lease",
    "LeaseParty",
    "Meter",
    "OneOffCharge",
    "Property",
    "Reading",
    "RepairPhoto",
    "RepairRequest",
    "SharedCost",
    "Tariff",
    "TariffBlock",
    "Tenant",
    "TenantContact",
    "Term",
    "TermDefaults",
    "Unit",
]
