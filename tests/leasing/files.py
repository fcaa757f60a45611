"""Files as people send them, and as people should not."""

from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

CAMERA = "Camera of Neema"


def picture(kind: str = "PNG", *, name: str = "photo.png", size: tuple[int, int] = (4, 3)) -> SimpleUploadedFile:
    """A small picture that says with which camera it was taken."""
    drawn, said = BytesIO(), Image.Exif()
    said[0x0110] = CAMERA
    Image.new("RGB", size, "red").save(drawn, format=kind, exif=said)
    return SimpleUploadedFile(name, drawn.getvalue())


def png(**changes) -> SimpleUploadedFile:
    return picture("PNG", **changes)


def pdf(name: str = "agreement.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"%PDF-1.7\n%%EOF\n")
