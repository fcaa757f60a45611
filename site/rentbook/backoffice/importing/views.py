"""Choose a file, check it and mend its cells, import it, take the rest home: a page each."""

import io
from collections.abc import Iterable
from pathlib import PurePath
from typing import Any

from django.apps import apps
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rentbook.exchange.cells import clean
from rentbook.exchange.drafts import check, drafts_of, import_draft, left_out, mend, open_to
from rentbook.exchange.files import Unreadable
from rentbook.exchange.models import Draft
from rentbook.exchange.sheets import RANK, Outcome, Problem
from rentbook.kernel.scoping import ScopedModel
from rentbook.kernel.waiting import is_lock_timeout

from .forms import UploadForm, kinds, mended_cells

MOST_SHOWN = 100
# What a button of the check page imports: whether rows may be left out.
BUTTONS = {"all": False, "good": True}


def choose_file(request: HttpRequest) -> HttpResponse:
    """Take a file for whoever may import somewhere; nothing is written into a book."""
    if not kinds():
        raise Http404
    if not open_to(request.user).exists():
        raise PermissionDenied
    form = UploadForm(request.POST or None, request.FILES or None, user=request.user)
    if form.is_valid() and (draft := form.save()):
        return redirect("import_draft", draft.pk)
    return render(request, "backoffice/import_file.html", {"form": form})


def draft_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What an import would do, with the cells to mend; once it is done, what it did. Another's file is 404."""
    draft = get_object_or_404(drafts_of(request.user).select_related("landlord", "batch", "by"), pk=pk)
    if draft.batch:
        context = {"draft": draft, "counts": by_model(draft.batch.counts), "left_out": left_out(draft)}
        return render(request, "backoffice/import_done.html", context)
    try:
        return _press(request, draft) if request.method == "POST" else _checked(request, draft)
    except Unreadable as error:
        messages.error(request, str(error))
        return redirect("import_file")
    except OperationalError as error:
        if not is_lock_timeout(error):
            raise
        return render(request, "backoffice/import_busy.html", status=503)


def left_out_rows(request: HttpRequest, pk: int) -> FileResponse:
    """The rows that were left out of an import, as a workbook that says why."""
    draft = get_object_or_404(drafts_of(request.user).filter(batch__isnull=False), pk=pk)
    if not draft.content:
        raise Http404
    name = f"{PurePath(draft.filename).stem}-left-out.xlsx"
    return FileResponse(io.BytesIO(draft.content), as_attachment=True, filename=name)


def _checked(request: HttpRequest, draft: Draft) -> HttpResponse:
    outcome = check(draft)
    cells = _cells(outcome.errors)
    context = {
        "draft": draft,
        "outcome": outcome,
        "bad": len({problem.row for problem in outcome.errors}),
        "counts": by_model({what: outcome.counts(what) for what in RANK}),
        "cells": cells[:MOST_SHOWN],
        "more": len(cells[MOST_SHOWN:]),
        "remarks": outcome.warnings[:MOST_SHOWN],
    }
    return render(request, "backoffice/import_check.html", context)


def _press(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Check again, or import what was shown: cells that were mended since are shown first."""
    mended = mend(draft=draft, cells=mended_cells(request.POST), by=request.user)
    button = request.POST.get("do")
    if button in BUTTONS and mended:
        messages.warning(request, _("You have mended cells: look at the new counts, then import."))
    elif button in BUTTONS:
        _tell(request, import_draft(draft=draft, skip_bad_rows=BUTTONS[button], by=request.user))
    return redirect("import_draft", draft.pk)


def _tell(request: HttpRequest, outcome: Outcome | None) -> None:
    if outcome and outcome.refused:
        messages.error(request, _("Nothing was imported: the book has changed since the check."))
    elif outcome:
        text = ngettext("%(count)s row imported.", "%(count)s rows imported.", outcome.good)
        messages.success(request, text % {"count": outcome.good})


def _cells(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """Each bad cell once, with all that is wrong with it."""
    cells: dict[Any, dict[str, Any]] = {}
    for problem in problems:
        name = "" if problem.place is None else f"cell-{problem.row}-{problem.place}"
        new = {"problem": problem, "name": name, "found": clean(problem.value), "messages": []}
        cells.setdefault((problem.row, problem.column, name), new)["messages"].append(problem.message)
    return list(cells.values())


def by_model(counts: dict[str, dict[str, int]]) -> list[tuple[str, list[int]]]:
    """A line for each model: its name, then how many were or would be created, updated and left alone."""
    names = dict.fromkeys(name for what in counts.values() for name in what)
    return [(_named(name), [counts[what].get(name, 0) for what in reversed(RANK)]) for name in names]


def _named(name: str) -> str:
    """The model's name as people read it."""
    metas = (model._meta for model in apps.get_models() if issubclass(model, ScopedModel))
    return capfirst(next((meta.verbose_name_plural for meta in metas if meta.model_name == name), name))
