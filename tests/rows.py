"""A row of each model that the rest of a book does not make, each with the names of its book in its texts."""

from datetime import date
from typing import Any

from rentbook.kernel import clock


def leasing_rows(lease: Any, *, name: str, building: str) -> None:
    """What may stand beside a lease: terms, people, meters, costs, papers and repairs."""
    from modules.leasing import models

    landlord, today = lease.landlord, clock.today(lease.landlord)
    common, priced = {"landlord": landlord}, {"landlord": landlord, "currency": lease.currency}
    rule = models.LateFeeRule.unscoped.create(name=f"Late at {building}", kind="flat", amount=1000, **priced)
    models.TermDefaults.unscoped.create(late_fee=rule, property=lease.unit.property, grace_days=3, **common)
    models.Term.unscoped.create(
        lease=lease, kind="renewed", start=date(2030, 1, 1), follows=date(2029, 12, 31), agreed_on=today, **common
    )
    models.LeaseParty.unscoped.create(lease=lease, contact=lease.tenant.contact, role="guarantor", **common)
    models.TenantContact.unscoped.create(tenant=lease.tenant, contact=lease.tenant.contact, role="other", **common)
    days = {"start": today, "end": today, "bill_on": today}
    one_off = models.OneOffCharge.unscoped.create(
        lease=lease, kind="charge", stream="repairs", amount=1000, reason=f"Key of {building}", **days, **priced
    )
    models.SharedCost.unscoped.create(
        property=lease.unit.property, stream="security", amount=1000, note=building, **days, **priced
    )
    tariff = models.Tariff.unscoped.create(name=f"Power at {building}", stream="electricity", **priced)
    models.TariffBlock.unscoped.create(tariff=tariff, valid_from=today, price=100, **common)
    meter = models.Meter.unscoped.create(
        unit=lease.unit, stream="electricity", serial=f"M-{building}", tariff=tariff, installed_on=today, **common
    )
    models.Reading.unscoped.create(meter=meter, on=today, value=5, charge=one_off, **common)
    models.Document.unscoped.create(lease=lease, kind="agreement", title=f"Agreement of {name}", **common)
    models.AgreementTemplate.unscoped.create(language="en", body=f"{building} lets to {{{{ tenant }}}}.", **common)
    repair = models.RepairRequest.unscoped.create(
        unit=lease.unit, lease=lease, title=f"A tap at {building}", reported_on=today, **common
    )
    models.RepairPhoto.unscoped.create(request=repair, file="repairs/none.png", **common)


def invoicing_rows(invoice: Any, *, name: str) -> None:
    """What may become of an invoice: fees, more time, credit notes; and the deposit of its lease."""
    from modules.invoicing import models

    landlord, today = invoice.landlord, clock.today(invoice.landlord)
    common, priced = {"landlord": landlord}, {"landlord": landlord, "currency": invoice.currency}
    models.BillingPolicy.unscoped.create(review_days=0, **common)
    models.LateFee.unscoped.create(invoice=invoice, on=today, amount=1000, reason=name, **priced)
    extension = models.Extension.unscoped.create(invoice=invoice, requested_on=today, reason=name, **common)
    models.Promise.unscoped.create(extension=extension, on=today, amount=1000, settled_by_then=1000, **priced)
    note = models.CreditNote.unscoped.create(
        invoice=invoice, number=f"CRN-{landlord.code}001", issue_date=today, total=1000, reason=name, **priced
    )
    line = invoice.lines.first()
    models.CreditNoteLine.unscoped.create(
        credit_note=note, line=line, period_start=today, period_end=today, amount=1000, account="4000", **priced
    )
    models.DepositEntry.unscoped.create(
        lease=invoice.lease, kind="held", amount=1000, on=today, source=f"held:{invoice.lease_id}", **priced
    )
