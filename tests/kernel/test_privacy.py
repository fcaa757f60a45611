"""Logs: what names or opens something is masked on its way out."""

import io
import logging

import pytest

from rentbook.kernel.privacy import MaskSecrets, mask


@pytest.mark.parametrize(
    ("said", "logged"),
    [
        ("GET /p/0123456789ABCDEF/ 200", "GET /p/***/ 200"),
        ("POST /webhooks/a-secret_part/sandbox/", "POST /webhooks/***/sandbox/"),
        ("Authorization: Bearer abc.def-ghi", "Authorization: Bearer ***"),
        ("sent to +255712345678.", "sent to ***678."),
        ("sent to 0712 345 678", "sent to ***678"),
        ("sent to 255712345678, twice", "sent to ***678, twice"),
    ],
)
def test_tokens_secrets_and_phones_are_masked(said, logged):
    assert mask(said) == logged


@pytest.mark.parametrize("said", ["Invoice INV-202601-DAR001 of 500000.00", "DAR, 2026-01-31", "83 rows in 1.25 s"])
def test_what_tells_nothing_about_anybody_is_left_alone(said):
    assert mask(said) == said


def test_a_line_feed_in_a_name_makes_no_new_line():
    assert mask("tenant A\r\nERROR forged") == "tenant A\\r\\nERROR forged"


def test_the_filter_masks_what_comes_by_arguments_too():
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(MaskSecrets())
    logger = logging.Logger("test")
    logger.addHandler(handler)
    logger.warning("%s asked for /p/%s/", "+255712345678", "0123456789ABCDEF")
    assert stream.getvalue() == "***678 asked for /p/***/\n"


def test_our_own_handlers_mask(settings):
    assert all("masked" in handler["filters"] for handler in settings.LOGGING["handlers"].values())
