"""Files that people send: small, really what they are named, and kept under a name that says nothing."""

from collections.abc import Collection
from io import BytesIO
from secrets import token_hex

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.db import transaction
from django.db.models.fields.files import FieldFile
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

MEGABYTE = 1024 * 1024
MOST_PIXELS = 40_000_000
SIGNS = {"png": b"\x89PNG\r\n\x1a\n", "jpeg": b"\xff\xd8\xff", "pdf": b"%PDF-"}
TYPES = {"png": "image/png", "jpeg": "image/jpeg", "pdf": "application/pdf"}
PICTURES = ("png", "jpeg")
PAPERS = (*PICTURES, "pdf")


def received(upload: File, kinds: Collection[str] = PAPERS, *, field: str = "file", megabytes: int = 5) -> File:
    """The file as it may be kept: a picture drawn anew, without its place and camera; under a random name.

    Raises ValidationError on the form's `field` for one that is too large or of no kind among `kinds`, whatever its
    name says.
    """
    if (upload.size or 0) > megabytes * MEGABYTE:
        raise ValidationError({field: _("The file is too large: %(most)s MB at most.") % {"most": megabytes}})
    upload.seek(0)
    content = upload.read()
    kind = next((kind for kind in kinds if content.startswith(SIGNS[kind])), "")
    if kind in PICTURES:
        content = _redrawn(content, kind)
    if not (kind and content):
        expected = ", ".join(each.upper() for each in kinds)
        raise ValidationError({field: _("The file cannot be read: %(kinds)s is expected.") % {"kinds": expected}})
    return ContentFile(content, name=f"{token_hex(16)}.{kind}")


def _redrawn(content: bytes, kind: str) -> bytes:
    """The picture without anything else that its file carried; nothing where it is none."""
    drawn = BytesIO()
    try:
        with Image.open(BytesIO(content), formats=[kind]) as picture:
            if picture.width * picture.height <= MOST_PIXELS:
                ImageOps.exif_transpose(picture).save(drawn, format=kind)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return b""
    return drawn.getvalue()


def drop(kept: FieldFile) -> None:
    """Delete the file once it is certain that no row names it any more."""
    storage, name = kept.storage, kept.name
    if name:
        transaction.on_commit(lambda: storage.delete(name))
