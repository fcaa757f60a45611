"""Modules: Django apps in the namespace `modules`, each with an AppConfig subclass as its manifest."""

import pkgutil
from collections.abc import Iterable, Mapping
from graphlib import TopologicalSorter
from importlib import import_module, util
from typing import Any, ClassVar

from django.apps import AppConfig
from django.core.exceptions import ImproperlyConfigured

CONTRIBUTIONS = (
    "contributions", "reports", "message_templates", "sheet", "schedules", "slots", "postings",
    "book_checks", "webhooks", "receivers", "demo",
)  # fmt: skip


class ModuleConfig(AppConfig):
    """The manifest of a module. `depends` names other modules by label; `ready()` imports what it contributes."""

    default = False
    default_auto_field = "django.db.models.BigAutoField"
    version: ClassVar[str]
    summary: ClassVar[str]
    depends: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.default = True
        cls.label = cls.name.rpartition(".")[2]

    def ready(self) -> None:
        for name in CONTRIBUTIONS:
            if util.find_spec(f"{self.name}.{name}"):
                import_module(f"{self.name}.{name}")


def discover() -> dict[str, type[ModuleConfig]]:
    """Every package of the namespace `modules`, wherever on the path it lies, whose apps.py holds a ModuleConfig."""
    import modules

    if getattr(modules, "__file__", None):
        raise ImproperlyConfigured(f"A package at {modules.__file__} hides Rentbook's modules: rename or remove it.")
    found: dict[str, type[ModuleConfig]] = {}
    for info in pkgutil.iter_modules(modules.__path__):
        name = f"modules.{info.name}"
        if not (info.ispkg and util.find_spec(f"{name}.apps")):
            continue
        for config in vars(import_module(f"{name}.apps")).values():
            if isinstance(config, type) and issubclass(config, ModuleConfig) and config is not ModuleConfig:
                if config.label in found:
                    raise ImproperlyConfigured(f"Two modules are called {config.label}.")
                found[config.label] = config
    return found


def resolve(found: Mapping[str, type[ModuleConfig]], disabled: Iterable[str] = ()) -> tuple[list[str], dict[str, str]]:
    """The import names of the modules that are on, those depended on first, and the labels that are off with a reason.

    Raises ImproperlyConfigured for a module that depends on one that is not installed or for an unknown name in
    `disabled`, and graphlib.CycleError for a circle.
    """
    off = dict.fromkeys(disabled, "it is disabled")
    if unknown := sorted(off.keys() - found.keys()):
        raise ImproperlyConfigured(
            f"RENTBOOK_DISABLED names {', '.join(unknown)}; known are {', '.join(sorted(found))}."
        )
    for label, config in found.items():
        if missing := sorted(set(config.depends) - found.keys()):
            raise ImproperlyConfigured(f"Not installed: {label} needs {', '.join(missing)}.")
    # A plain dict keeps the order of discovery, so that two starts load alike.
    order = TopologicalSorter({label: found[label].depends for label in sorted(found)}).static_order()
    on = []
    for label in order:
        if lacking := [need for need in found[label].depends if need in off]:
            off.setdefault(label, f"it needs {', '.join(lacking)}")
        if label not in off:
            on.append(found[label].name)
    return on, off
