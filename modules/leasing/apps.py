from rentbook.kernel.modules import ModuleConfig


class LeasingConfig(ModuleConfig):
    name = "modules.leasing"
    verbose_name = "Leasing"
    version = "0.1.0"
    summary = "Properties, units, tenants and the leases between them."
