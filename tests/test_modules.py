"""What holds for every module, and for the rooms below them; run once for each."""

import ast
import inspect
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import models
from django.utils.module_loading import import_string
from django.utils.translation import gettext, override
from wagtail.permissions import policy_registry

from rentbook.kernel import modules
from rentbook.kernel.choices import Language
from rentbook.kernel.contributions import (
    book_checks,
    daily_parts,
    demo_steps,
    message_templates,
    postings,
    reports,
    schedules,
    sheet_parts,
)
from rentbook.kernel.events import Event
from rentbook.kernel.people import Landlord
from rentbook.kernel.scoping import LandlordPolicy, ScopedManager, ScopedModel, Unscoped
from rentbook.kernel.states import StatefulModel, sources
from tests import factories
from tests.sources import ROOT, files, imports, leads_into, shown, tree

FOUND = modules.discover()
ON = [label for label in FOUND if apps.is_installed(f"modules.{label}")]
OURS = {"kernel", "exchange", "backoffice", *FOUND}
MODELS = [model for model in apps.get_models() if model._meta.app_label in OURS]
SCOPED = [model for model in MODELS if issubclass(model, ScopedModel)]
STATEFUL = [model for model in MODELS if issubclass(model, StatefulModel)]
TRANSITIONS = [
    (model, name)
    for model in STATEFUL
    for name in sorted({move.name for move in model._meta.get_field("state").get_all_transitions(model)})
]
MOVES = [f"{model._meta.label}.{name}" for model, name in TRANSITIONS]
BELOW = ("rentbook.kernel", "rentbook.exchange", "rentbook.backoffice", "rentbook.paths")
PLACEHOLDER = re.compile(r"\{\{ *(\w+) *\}\}")

# Models with a landlord that are no ScopedModel, and why.
UNFENCED = {
    "kernel.Membership": "says who may open which book: the fence itself is made of it",
    "kernel.LogEntry": "has a manager of Wagtail's kind, which viewable_by_user narrows",
    "exchange.Callback": "has no landlord until it is matched; the operator looks at what matches nothing",
}
# Where a life ends, so that no move leads out of it.
FINAL = {
    "leasing.Lease": {"terminated", "expired", "cancelled"},
    "invoicing.Invoice": {"cancelled"},
    "payments.Payment": {"completed"},
    "leasing.RepairRequest": {"done", "declined"},
    "invoicing.BillingRun": {"undone", "dropped"},
    "invoicing.Extension": {"kept", "broken", "declined"},
    "messaging.Message": {"sent", "failed", "skipped"},
    "kernel.Job": {"done"},
}


def label_of(model: type[models.Model]) -> str:
    return model._meta.label


def needs(label: str) -> set[str]:
    """The module, and all that it depends on, near and far."""
    return {label}.union(*(needs(need) for need in FOUND[label].depends))


def sources_of(label: str) -> tuple[Path, ...]:
    return files(f"modules/{label}")


# --- Who imports whom -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("label", FOUND)
def test_a_module_imports_itself_what_it_depends_on_and_the_rooms_below(label):
    allowed = [f"modules.{each}" for each in needs(label)] + list(BELOW)
    strangers = {
        f"{shown(path)}: {name}"
        for path in sources_of(label)
        for name in imports(path)
        if leads_into(name, "modules") or leads_into(name, "rentbook")
        if not any(leads_into(name, own) for own in allowed)
    }
    assert not strangers


@pytest.mark.parametrize(
    ("room", "forbidden"),
    [
        ("kernel", ("modules", "rentbook.exchange", "rentbook.backoffice")),
        ("exchange", ("modules", "rentbook.backoffice")),
        ("backoffice", ("modules",)),
    ],
)
def test_a_lower_room_does_not_import_a_higher_one(room, forbidden):
    found = {
        f"{shown(path)}: {name}"
        for path in files(f"site/rentbook/{room}")
        for name in imports(path)
        if any(leads_into(name, package) for package in forbidden) and name != "modules"
    }
    assert not found


@pytest.mark.parametrize("label", ["messaging", "reports"])
def test_messaging_and_reports_read_registries_and_import_no_module(label):
    assert FOUND[label].depends == ()


ROLES = {
    "apps.py": ("rentbook.kernel.modules",),
    "models.py": ("rentbook.kernel", "models", "terms", "streams"),
    "events.py": ("rentbook.kernel", "models"),
    "selectors.py": ("rentbook.kernel", "models", "selectors", "terms"),
}


@pytest.mark.parametrize("name", ROLES)
@pytest.mark.parametrize("label", FOUND)
def test_a_file_of_a_module_imports_what_its_role_allows(label, name):
    """apps.py the manifest's base alone, models no services, selectors no writes."""
    package = name.removesuffix(".py")
    for path in (path for path in sources_of(label) if path.name == name or path.parent.name == package):
        for imported in imports(path):
            if leads_into(imported, "modules"):
                assert imported.split(".")[2] in ROLES[name], f"{shown(path)}: {imported}"
            elif leads_into(imported, "rentbook"):
                assert any(leads_into(imported, own) for own in ROLES[name]), f"{shown(path)}: {imported}"


@pytest.mark.parametrize("label", FOUND)
def test_a_module_says_what_it_is(label):
    config = FOUND[label]
    assert re.fullmatch(r"\d+\.\d+\.\d+", config.version)
    assert config.summary.endswith(".")
    assert config.verbose_name


# --- Models ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", MODELS, ids=label_of)
def test_a_row_with_a_landlord_stands_behind_the_fence(model):
    has_landlord = any(field.related_model is Landlord for field in model._meta.concrete_fields)
    if has_landlord and label_of(model) not in UNFENCED:
        assert issubclass(model, ScopedModel)
    if issubclass(model, ScopedModel):
        assert isinstance(policy_registry.get_by_type(model), LandlordPolicy)
        assert model._default_manager.name == "unscoped"
        assert isinstance(model.objects, ScopedManager)


def test_what_stands_outside_the_fence_is_still_there():
    assert UNFENCED.keys() <= {label_of(model) for model in MODELS}


@pytest.mark.parametrize("model", SCOPED, ids=label_of)
@pytest.mark.parametrize("ask", ["all", "filter", "get", "count", "first", "exists"])
def test_a_model_s_rows_are_not_given_to_nobody(model, ask):
    with pytest.raises(Unscoped):
        getattr(model.objects, ask)()


@pytest.mark.django_db
def test_nobody_sees_a_row_of_another_landlord_in_any_model(landlord, neighbour, alice, bob, charlie):
    factories.make_book(landlord)
    factories.make_book(neighbour)
    for model in SCOPED:
        for own, member in [(landlord, alice), (neighbour, bob)]:
            rows = model.objects.of(own)
            assert {row.landlord_id for row in rows} == {own.pk}, f"{label_of(model)} has no row, or another's"
            assert set(model.objects.visible_to(member)) == set(rows), label_of(model)
        assert not model.objects.visible_to(charlie).exists()


@pytest.mark.parametrize("label", ["kernel", "exchange", *ON])
@pytest.mark.django_db
def test_no_migration_is_missing(label):
    call_command("makemigrations", label, check=True, dry_run=True, verbosity=0)


# --- States ---------------------------------------------------------------------------------------------------------


def named_in_services(model: type[models.Model], name: str) -> bool:
    """Whether a service or task of the model's module, or of one above it, names the move."""
    app = model._meta.app_label
    above = [label for label in FOUND if app in needs(label)] if app in FOUND else []
    paths = [path for label in above for path in sources_of(label)]
    services = [path for path in paths if path.name in ("services.py", "tasks.py") or "services" in path.parts]
    # What is written in the kernel stands beside its model.
    services += files(Path(inspect.getfile(model)).parent) if app == "kernel" else []
    words = (node.value for path in services for node in ast.walk(tree(path)) if isinstance(node, ast.Constant))
    return name in set(words)


@pytest.mark.parametrize(("model", "name"), TRANSITIONS, ids=MOVES)
def test_a_move_is_made_by_a_service(model, name):
    assert named_in_services(model, name)


@pytest.mark.parametrize(("model", "name"), TRANSITIONS, ids=MOVES)
def test_a_move_says_what_it_means_and_has_one_target(model, name):
    assert getattr(model, name).__doc__
    left, entered = sources(model, name)
    assert left <= set(model.State.values)
    assert entered in model.State.values


@pytest.mark.parametrize("model", STATEFUL, ids=label_of)
def test_every_state_can_be_reached_and_left_or_is_final(model):
    moves = [sources(model, name) for own, name in TRANSITIONS if own is model]
    reached = {model._meta.get_field("state").default}
    while more := {entered for left, entered in moves if left & reached} - reached:
        reached |= more
    assert reached == set(model.State.values)
    assert reached - {state for left, _entered in moves for state in left} == FINAL[label_of(model)]


@pytest.mark.parametrize("model", STATEFUL, ids=label_of)
def test_a_state_is_protected_and_stands_on_no_form(model):
    field = model._meta.get_field("state")
    assert field.protected
    assert not field.editable


# --- What modules give ----------------------------------------------------------------------------------------------


def subclasses(parent: type) -> set[type]:
    return {each for child in parent.__subclasses__() for each in {child} | subclasses(child)}


EVENTS = sorted(
    (each for each in subclasses(Event) if each.__module__.startswith("modules.")), key=lambda each: each.name
)


@pytest.mark.parametrize("event", sorted(EVENTS, key=lambda event: event.name), ids=lambda event: event.name)
def test_an_event_is_named_for_its_module_and_says_what_happened(event):
    assert event.name.partition(".")[0] == event.__module__.split(".")[1]
    # A dataclass that has no docstring is given one: its signature.
    assert event.__doc__
    assert not event.__doc__.startswith(f"{event.__name__}(")


@pytest.mark.parametrize("item", [*message_templates, *reports], ids=lambda item: item.name)
def test_a_template_and_a_report_have_a_title(item):
    assert str(item.title).strip()
    assert str(item.title) != item.name


@pytest.mark.parametrize("schedule", list(schedules), ids=lambda schedule: schedule.name)
def test_a_schedule_is_named_for_its_room_and_its_task_says_what_it_does(schedule):
    room = schedule.task.split(".")[1]
    assert schedule.name.partition(".")[0] == room
    assert import_string(schedule.task).__doc__ or schedule.name == "exchange.sweep_callbacks"


@pytest.mark.parametrize(
    "registry", [daily_parts, postings, book_checks, sheet_parts, demo_steps], ids=lambda each: each.kind
)
def test_what_is_given_is_named_for_a_room_that_is_on(registry):
    assert {item.name.partition(".")[0] for item in registry} <= {"kernel", "exchange", *ON}


@pytest.mark.parametrize("template", list(message_templates), ids=lambda template: template.name)
@pytest.mark.parametrize("language", Language.values)
@pytest.mark.django_db
def test_a_message_reads_well_in_each_language_with_the_values_it_declares(landlord, template, language):
    factories.make_book(landlord)
    subject = template.subjects(landlord).first()
    values = template.values(subject, language)
    with override(language):
        text = gettext(template.text)
    named = set(PLACEHOLDER.findall(text))
    assert named <= {*values, "link"}
    assert named == set(PLACEHOLDER.findall(template.text)), "a translation has lost or gained a value"
    assert all(str(values[name]).strip() for name in named - {"link"})
    assert template.to(subject).landlord_id == landlord.pk
    assert len(template.key(subject)) <= 80


# --- The house ------------------------------------------------------------------------------------------------------


def test_site_and_modules_are_source_roots_and_never_packages():
    """site is the standard library's name, and modules is open to what others install."""
    assert not (ROOT / "site" / "__init__.py").exists()
    assert not (ROOT / "modules" / "__init__.py").exists()
