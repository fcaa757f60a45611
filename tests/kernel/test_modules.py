"""Switching modules off, and the order in which they load."""

import os
import subprocess
import sys
from graphlib import CycleError

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from rentbook.kernel import modules
from rentbook.kernel.modules import ModuleConfig, discover, resolve
from rentbook.paths import CHECKOUT

FOUND = discover()


def module(label: str, *depends: str) -> type[ModuleConfig]:
    return type(label.title(), (ModuleConfig,), {"name": f"modules.{label}", "depends": depends})


def portfolio(**depends: tuple[str, ...]) -> dict[str, type[ModuleConfig]]:
    return {label: module(label, *needs) for label, needs in depends.items()}


def test_a_module_loads_after_those_that_it_depends_on():
    on, off = resolve(portfolio(aa=("zz",), mm=("aa", "zz"), zz=()))
    assert on == ["modules.zz", "modules.aa", "modules.mm"]
    assert off == {}


def test_two_starts_load_alike():
    several = portfolio(bb=(), aa=(), cc=())
    assert resolve(several)[0] == resolve(dict(reversed(several.items())))[0]


def test_a_circle_is_named():
    with pytest.raises(CycleError) as error:
        resolve(portfolio(parking=("laundry",), laundry=("parking",), leasing=()))
    assert set(error.value.args[1]) == {"parking", "laundry"}


def test_a_module_that_needs_one_that_is_not_installed_says_which():
    with pytest.raises(ImproperlyConfigured, match="Not installed: parking needs laundry, leasing"):
        resolve(portfolio(parking=("leasing", "laundry")))


def test_what_needs_a_module_that_is_off_is_off_too_each_with_its_reason():
    on, off = resolve(FOUND, ["leasing"])
    assert off == {
        "leasing": "it is disabled",
        "invoicing": "it needs leasing",
        "payments": "it needs invoicing",
    }
    assert sorted(on) == ["modules.messaging", "modules.reports"]


def test_a_name_that_no_module_has_cannot_be_disabled():
    with pytest.raises(ImproperlyConfigured, match="RENTBOOK_DISABLED names leesing; known are invoicing"):
        resolve(FOUND, ["leesing"])


def test_our_modules_are_found_and_load_in_their_order():
    assert {"leasing", "invoicing", "payments", "messaging", "reports"} <= FOUND.keys()
    on, _off = resolve(FOUND)
    assert on.index("modules.leasing") < on.index("modules.invoicing") < on.index("modules.payments")


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """Another folder of the namespace, such as an installed package brings."""
    import modules as namespace

    monkeypatch.setattr(namespace, "__path__", [*namespace.__path__, str(tmp_path)])

    def write(name: str, manifest: str):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").touch()
        (tmp_path / name / "apps.py").write_text(f"from rentbook.kernel.modules import ModuleConfig\n{manifest}")
        monkeypatch.delitem(sys.modules, f"modules.{name}", raising=False)

    yield write
    for name in [name for name in sys.modules if name.startswith(("modules.parking", "modules.tools"))]:
        del sys.modules[name]


def test_a_module_that_somebody_else_ships_is_found_like_ours(elsewhere):
    elsewhere("parking", "class Parking(ModuleConfig):\n    name = 'modules.parking'\n    depends = ('leasing',)\n")
    elsewhere("tools", "")
    found = discover()
    assert "tools" not in found
    assert found["parking"].label == "parking"
    assert resolve(found)[0].index("modules.parking") > resolve(found)[0].index("modules.leasing")


def test_two_modules_of_one_name_are_refused(elsewhere):
    elsewhere("parking", "class Parking(ModuleConfig):\n    name = 'modules.leasing'\n")
    with pytest.raises(ImproperlyConfigured, match="Two modules are called leasing"):
        discover()


def test_a_package_called_modules_that_hides_ours_is_named(monkeypatch):
    import modules as namespace

    monkeypatch.setattr(namespace, "__file__", "/opt/other/modules/__init__.py", raising=False)
    with pytest.raises(ImproperlyConfigured, match=r"/opt/other/modules/__init__\.py hides Rentbook's modules"):
        discover()


def test_only_the_subclass_is_the_app_that_django_takes():
    assert ModuleConfig.default is False
    assert all(config.default is True for config in FOUND.values())
    assert modules.ModuleConfig is ModuleConfig


LOOK = """
from django.core.management import call_command
from django.urls import reverse
call_command("check")
print(reverse("wagtailadmin_home"), reverse("webhook", args=["secret", "sandbox"]))
"""


@pytest.mark.skipif(connection.vendor != "sqlite", reason="no database is asked: once is enough")
@pytest.mark.parametrize("label", FOUND)
def test_the_site_starts_without_the_module_and_says_what_is_off(label, tmp_path):
    """A process of its own: the modules that are on are settled when Django starts."""
    command = [sys.executable, str(CHECKOUT / "manage.py"), "shell", "--no-imports", "-c", LOOK]
    environment = os.environ | {"RENTBOOK_DISABLED": label, "RENTBOOK_VAR": str(tmp_path)}
    looked = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert looked.returncode == 0, looked.stderr
    assert "/admin/ /webhooks/secret/sandbox/" in looked.stdout
    _on, off = resolve(FOUND, [label])
    for name, why in off.items():
        assert f"(rentbook.W001) Module {name} is off: {why}." in looked.stderr
