from rentbook.kernel.modules import ModuleConfig


class InvoicingConfig(ModuleConfig):
    name = "modules.invoicing"
    verbose_name = "Invoicing"
    version = "0.1.0"
    summary = "Rent invoices from leases, and what settles them."
    depends = ("leasing",)
