from rentbook.kernel.modules import ModuleConfig


class ReportsConfig(ModuleConfig):
    name = "modules.reports"
    verbose_name = "Reports"
    version = "0.1.0"
    summary = "Screens and files for the reports that modules register."
