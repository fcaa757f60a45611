"""Writes of leasing."""

from .archiving import archive, delete_place, delete_tenant, restore
from .lifecycle import activate_leases, cancel_leases, expire_leases, sign_leases, terminate_leases
from .places import create_property, create_unit, update_property, update_unit
from .signing import create_lease, update_lease
from .tenants import create_tenant, known_or_new_tenant, update_tenant

__all__ = [
    "activate_leases",
    "archive",
    "cancel_leases",
    "create_lease",
    "create_property",
    "create_tenant",
    "create_unit",
    "delete_place",
    "delete_tenant",
    "expire_leases",
    "known_or_new_tenant",
    "restore",
    "sign_leases",
    "terminate_leases",
    "update_lease",
    "update_property",
    "update_tenant",
    "update_unit",
]
