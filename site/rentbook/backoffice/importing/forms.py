"""What the import page asks: a file and whose book it goes into; then the bad cells, one by one."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rentbook.exchange.cells import clean
from rentbook.exchange.drafts import open_to, stage
from rentbook.exchange.files import SHEETS, Unreadable
from rentbook.exchange.models import Draft
from rentbook.kernel.contributions import sheet_parts
from rentbook.kernel.people import User

MOST_MEGABYTES = 5
CELL = re.compile(r"cell-(\d{1,7}-\d{1,5})")
MOST_LETTERS = 1000


def kinds() -> list[str]:
    """The kinds of sheet that modules read."""
    return sorted({part.kind for part in sheet_parts})


class UploadForm(forms.Form):
    """A file to check. Where there is one landlord, or one kind of sheet, it is not asked for."""

    kind = forms.ChoiceField(label=gettext_lazy("Sheet"))
    landlord = forms.ModelChoiceField(None, label=gettext_lazy("Landlord"))
    file = forms.FileField(
        label=gettext_lazy("File"), widget=forms.FileInput(attrs={"accept": ",".join([".csv", *sorted(SHEETS)])})
    )

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["kind"].choices = [(kind, capfirst(_(kind))) for kind in kinds()]
        self.fields["kind"].initial = next(iter(kinds()), None)
        self.fields["landlord"].queryset = open_to(user).order_by("name")
        for name in ("kind", "landlord"):
            first, *others = [value for value, _label in self.fields[name].choices if value] or [None]
            if not others:
                self.fields[name].widget, self.fields[name].initial = forms.HiddenInput(), first

    def clean_file(self) -> UploadedFile:
        file = self.cleaned_data["file"]
        if file.size > MOST_MEGABYTES * 1024 * 1024:
            raise ValidationError(_("This file is larger than %(size)s MB: split it.") % {"size": MOST_MEGABYTES})
        return file

    def save(self) -> Draft | None:
        """Keep the file for its check; None with an error on it when it is no sheet."""
        file = self.cleaned_data["file"]
        try:
            return stage(
                kind=self.cleaned_data["kind"],
                name=file.name,
                content=file.read(),
                landlord=self.cleaned_data["landlord"],
                by=self.user,
            )
        except Unreadable as error:
            self.add_error("file", str(error))
        return None


def mended_cells(post: QueryDict) -> dict[str, str]:
    """The cells that were written over on the check page, by row and place; an essay is no cell."""
    # A null character is no text to PostgreSQL.
    return {
        found[1]: clean(text.replace("\0", ""))
        for name, text in post.items()
        if (found := CELL.fullmatch(name)) and len(text) <= MOST_LETTERS
    }
