"""What people send is small, is what it says, and carries nothing else."""

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from rentbook.kernel import uploads
from tests.leasing.files import CAMERA, pdf, picture, png


@pytest.mark.parametrize(("kind", "sent"), [("png", png()), ("jpeg", picture("JPEG"))])
def test_a_picture_is_drawn_anew_without_its_camera_under_a_name_of_no_meaning(kind, sent):
    assert CAMERA.encode() in sent.read()
    kept = uploads.received(sent)
    assert kept.name.endswith(f".{kind}")
    assert "photo" not in kept.name
    assert len(kept.name) > 32
    assert CAMERA.encode() not in kept.read()
    with Image.open(kept) as drawn:
        assert drawn.size == (4, 3)


def test_a_pdf_is_kept_as_it_came():
    assert uploads.received(pdf()).read() == pdf().read()


@pytest.mark.parametrize(
    "content",
    [
        b"<svg onload=alert(1)>",
        b"<html>",
        b"GIF89a",
        b"",
        b"\x89PNG\r\n\x1a\n and no picture",
        b"\xff\xd8\xff cut off",
    ],
)
def test_what_only_is_named_like_a_picture_is_refused(content):
    with pytest.raises(ValidationError) as refused:
        uploads.received(SimpleUploadedFile("photo.png", content, content_type="image/png"))
    assert refused.value.message_dict == {"file": ["The file cannot be read: PNG, JPEG, PDF is expected."]}


def test_a_pdf_is_no_photo():
    with pytest.raises(ValidationError, match="PNG, JPEG is expected"):
        uploads.received(pdf(), uploads.PICTURES)


def test_five_megabytes_are_taken_and_no_more():
    full = b"%PDF-" + b"0" * (5 * 1024 * 1024 - 5)
    assert uploads.received(SimpleUploadedFile("a.pdf", full)).size == 5 * 1024 * 1024
    with pytest.raises(ValidationError, match="too large: 5 MB at most"):
        uploads.received(SimpleUploadedFile("a.pdf", full + b"0"))


def test_a_small_file_that_unfolds_into_a_huge_picture_is_refused():
    with pytest.raises(ValidationError, match="cannot be read"):
        uploads.received(png(size=(8000, 5001)))
