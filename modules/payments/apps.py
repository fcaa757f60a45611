from rentbook.kernel.modules import ModuleConfig


class PaymentsConfig(ModuleConfig):
    name = "modules.payments"
    verbose_name = "Payments"
    version = "0.1.0"
    summary = "Pay links, the pay page, payments by provider or by hand, and receipts."
    depends = ("invoicing",)
