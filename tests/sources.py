"""Reads our own source: which file imports what, and what stands in it."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from rentbook.paths import CHECKOUT as ROOT

ROOTS = ("site", "modules")
NAMED = re.compile(r"modules\.\w+(\.\w+)+")
LEFT_OUT = {"migrations", "__pycache__", "locale"}


@cache
def files(*folders: str) -> tuple[Path, ...]:
    """Our Python files under these folders of the checkout, without migrations."""
    found = (path for folder in folders or ROOTS for path in (ROOT / folder).rglob("*.py"))
    return tuple(sorted(path for path in found if not LEFT_OUT & set(path.parts)))


def shown(path: Path) -> str:
    """The path as one writes it: modules/leasing/models.py."""
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def dotted(path: Path) -> list[str]:
    """The parts of the file's import name: rentbook, kernel, clock."""
    parts = list(path.relative_to(ROOT).with_suffix("").parts)
    return [part for part in (parts[1:] if parts[0] == "site" else parts) if part != "__init__"]


def imports(path: Path) -> Iterator[str]:
    """Every name that the file imports, in functions too, and every one that it names as a string to be imported.

    `from .models import Lease` in modules/leasing/services.py gives modules.leasing.models.Lease.
    """
    package = dotted(path) if path.name == "__init__.py" else dotted(path)[:-1]
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            yield from (".".join([*base, *filter(None, [node.module]), alias.name]) for alias in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and NAMED.fullmatch(node.value):
            yield node.value


def leads_into(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def calls(path: Path, method: str) -> Iterator[ast.Call]:
    """Every call of a method by its name."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == method:
            yield node


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
