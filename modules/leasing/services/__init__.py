"""Writes of leasing."""

from .agreements import (
    create_wording,
    update_wording,
)
from .archiving import (
    archive,
    delete_place,
    delete_tenant,
    restore,
)
from .charging import (
    create_charge,
    create_one_offs,
    end_charges,
    withdraw_one_offs,
)
from .documents import (
    add_documents,
    remove_document,
)
from .erasing import (
    ERASED,
    erase_tenants,
)
from .late_fee_rules import (
    create_late_fee_rule,
    delete_late_fee_rule,
    update_late_fee_rule,
)
from .leaving import (
    move_out_leases,
)
from .lifecycle import (
    activate_leases,
    cancel_leases,
    expire_leases,
    sign_leases,
    terminate_leases,
)
from .meters import (
    create_meter,
    create_tariff,
    replace_meter,
    set_prices,
    update_meter,
    update_tariff,
)
from .notice import (
    give_notice,
    withdraw_notice,
)
from .parties import (
    add_contacts,
    add_parties,
    remove_contact,
    remove_party,
)
from .places import (
    create_property,
    create_unit,
    update_property,
    update_unit,
)
from .readings import (
    estimate_readings,
    record_readings,
    withdraw_readings,
)
from .renewing import (
    go_on,
    renew_leases,
)
from .repairs import (
    add_photos,
    decline_repairs,
    finish_repairs,
    report_repair,
    start_repairs,
)
from .sharing import (
    share_cost,
    withdraw_shared_costs,
)
from .signing import (
    create_lease,
    update_lease,
)
from .steps import (
    add_steps,
    withdraw_steps,
)
from .tenants import (
    create_tenant,
    known_or_new_tenant,
    update_tenant,
)
from .usual import (
    create_usual_terms,
    delete_usual_terms,
    update_usual_terms,
)

__all__ = [
    "ERASED",
    "activate_leases",
    "add_contacts",
    "add_documents",
    "add_parties",
    "add_photos",
    "add_steps",
    "archive",
    "cancel_leases",
    "create_charge",
    "create_late_fee_rule",
    "create_lease",
    "create_meter",
    "create_one_offs",
    "create_property",
    "create_tariff",
    "create_tenant",
    "create_unit",
    "create_usual_terms",
    "create_wording",
    "decline_repairs",
    "delete_late_fee_rule",
    "delete_place",
    "delete_tenant",
    "delete_usual_terms",
    "end_charges",
    "erase_tenants",
    "estimate_readings",
    "expire_leases",
    "finish_repairs",
    "give_notice",
    "go_on",
    "known_or_new_tenant",
    "move_out_leases",
    "record_readings",
    "remove_contact",
    "remove_document",
    "remove_party",
    "renew_leases",
    "replace_meter",
    "report_repair",
    "restore",
    "set_prices",
    "share_cost",
    "sign_leases",
    "start_repairs",
    "terminate_leases",
    "update_late_fee_rule",
    "update_lease",
    "update_meter",
    "update_property",
    "update_tariff",
    "update_tenant",
    "update_unit",
    "update_usual_terms",
    "update_wording",
    "withdraw_notice",
    "withdraw_one_offs",
    "withdraw_readings",
    "withdraw_shared_costs",
    "withdraw_steps",
]
