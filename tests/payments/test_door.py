"""The door where providers call: secret, signature, size, and everything kept that is not acted on (R12, D34)."""

import hashlib
import hmac
import json

import pytest
from django.test import Client

from modules.payments.models import Attempt
from modules.payments.services import completing
from rentbook.exchange.models import Callback
from rentbook.exchange.webhooks import sweep
from tests.factories import make_invoice, make_landlord, make_lease

from .steps import SANDBOX, call, receipts, standing, start, states, tell

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon_of_5_january")]


@pytest.mark.parametrize("signature", ["", "0" * 64, "ü", "x" * 5000])
def test_d34_a_callback_without_a_valid_signature_is_answered_401_and_not_kept(invoice, signature):
    attempt = start(invoice)
    assert call(SANDBOX.answer(attempt.reference, "paid"), signature=signature).status_code == 401
    assert states(attempt) == ("pending", "pending")
    assert not Callback.objects.exists()


def test_d34_the_signature_covers_the_very_bytes(invoice, settings):
    attempt = start(invoice)
    body = SANDBOX.answer(attempt.reference, "paid")
    rewritten = json.dumps(json.loads(body), indent=1).encode()
    signature = SANDBOX.sign(body)
    assert call(rewritten, signature=signature).status_code == 401
    assert states(attempt) == ("pending", "pending")


def test_an_old_secret_is_taken_while_it_is_listed_and_then_no_more(invoice, settings):
    settings.WEBHOOK_SECRETS = ["new-secret", "old-secret"]
    assert call(SANDBOX.answer(start(invoice).reference, "paid"), secret="old-secret").status_code == 200
    settings.WEBHOOK_SECRETS = ["new-secret"]
    assert call(b"{}", secret="old-secret").status_code == 404


def test_r12_an_address_without_the_secret_or_with_another_source_is_not_there():
    assert call(b"{}", secret="guessed").status_code == 404
    assert call(b"{}", source="tap").status_code == 404
    assert call(b"{}", secret="gerät").status_code == 404


def test_only_a_post_is_a_callback(settings):
    assert Client().get(f"/webhooks/{settings.WEBHOOK_SECRETS[0]}/sandbox/").status_code == 405


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b'{"event": 1}', b"\xff", b"[" * 5000, b'{"amount": "NaN"}']
)
def test_a_signed_body_that_cannot_be_read_is_400(body):
    assert call(body).status_code == 400
    assert not Callback.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        {"amount": "sNaN"}, {"amount": "NaN"}, {"amount": "Infinity"}, {"amount": "-Infinity"}, {"amount": []},
        {"amount": "1e400"}, {"amount": "500000.0001"},
        {"currency": "ZZZ"}, {"currency": ["TZS"]}, {"reason": {"a": 1}}, {"reason": "x" * 500}, {"event": "e" * 121},
        {"event": "e\0"}, {"reference": "\ud800"}, {"state": "free"},
    ],
    ids=str,
)  # fmt: skip
def test_a_signed_event_that_is_no_money_or_no_column_could_keep_is_400(invoice, change):
    attempt = start(invoice)
    event = json.loads(SANDBOX.answer(attempt.reference, "paid")) | change
    assert call(json.dumps(event).encode()).status_code == 400
    assert states(attempt) == ("pending", "pending")
    assert not Callback.objects.exists()


@pytest.mark.parametrize("amount", ["-500000", "0", "500000.001"])
def test_d33_a_signed_amount_that_cannot_be_ours_is_kept_for_staff(invoice, amount):
    attempt = start(invoice)
    event = json.loads(SANDBOX.answer(attempt.reference, "paid")) | {"amount": amount}
    assert call(json.dumps(event).encode()).status_code == 200
    assert states(attempt) == ("pending", "pending")
    assert Callback.objects.get().state == Callback.State.REVIEW


def test_who_knows_the_address_that_callbacks_come_to_cannot_sign_one(invoice, settings):
    attempt = start(invoice)
    body = SANDBOX.answer(attempt.reference, "paid")
    signature = hmac.new(settings.WEBHOOK_SECRETS[0].encode(), body, hashlib.sha256).hexdigest()
    assert call(body, signature=signature).status_code == 401
    assert states(attempt) == ("pending", "pending")


def test_a_callback_signed_by_the_old_key_is_taken_while_the_key_is_a_fallback(invoice, settings):
    body = SANDBOX.answer(start(invoice).reference, "paid")
    signature, old = SANDBOX.sign(body), settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", []
    assert call(body, signature=signature).status_code == 401
    settings.SECRET_KEY_FALLBACKS = [old]
    assert call(body, signature=signature).status_code == 200
    assert receipts(invoice) == ["RCT-DAR001"]


def test_where_real_rent_is_collected_the_sandbox_has_no_address(invoice, settings):
    attempt = start(invoice)
    body = SANDBOX.answer(attempt.reference, "paid")
    Callback.objects.create(source="sandbox", event_key=f"{attempt.reference}:paid", body=body)
    settings.PAYMENT_PROVIDER = ""
    assert call(body).status_code == 404
    assert sweep() == 0
    assert states(attempt) == ("pending", "pending")


def test_a_callback_of_one_provider_completes_no_attempt_at_another(invoice):
    attempt = start(invoice)
    Attempt.objects.of(invoice.landlord_id).filter(pk=attempt.pk).update(provider="tap")
    assert tell(attempt, "paid") == [200]
    assert states(attempt) == ("pending", "pending")
    kept = Callback.objects.get()
    assert (kept.state, kept.landlord) == (Callback.State.REVIEW, None)


def test_a_body_that_is_too_large_is_413():
    assert call(b" " * 70_000).status_code == 413


def test_d34_a_reference_that_is_not_ours_is_answered_200_and_kept_for_staff(invoice):
    event = json.loads(SANDBOX.answer(start(invoice).reference, "paid")) | {"reference": "RENT-0-x", "event": "e-1"}
    assert call(json.dumps(event).encode()).status_code == 200
    kept = Callback.objects.get()
    assert (kept.state, kept.landlord, kept.event_key) == (Callback.State.REVIEW, None, "e-1")
    assert standing(invoice) == ("sent", 0, 500_000)


def test_d34_what_could_not_be_acted_on_is_kept_answered_200_and_acted_on_by_the_sweep(invoice, monkeypatch):
    attempt = start(invoice)
    with monkeypatch.context() as patch:
        patch.setattr("modules.payments.services.completing.take_numbers", lambda *_: 1 / 0)
        assert tell(attempt, "paid") == [200]
    assert states(attempt) == ("pending", "pending")
    assert Callback.objects.get().state == Callback.State.RECEIVED
    assert (sweep(), sweep()) == (1, 0)
    assert states(attempt) == ("completed", "completed")
    assert receipts(invoice) == ["RCT-DAR001"]


def test_d34_callbacks_that_fail_are_tried_again_and_keep_no_other_waiting(invoice, monkeypatch, caplog):
    neighbour = make_landlord(code="KIL")
    mine, theirs = start(invoice), start(make_invoice(make_lease(neighbour)), once="their press")
    bodies = {attempt.reference: SANDBOX.answer(attempt.reference, "paid") for attempt in (mine, theirs)}
    for key, body in {"broken": b"{", "of something else": b"", **bodies}.items():
        stored = body or bodies[mine.reference]
        Callback.objects.create(source="sandbox", event_key=f"{key}:paid" if key in bodies else key, body=stored)
    real = completing.take_numbers

    def fail_for_one(landlord, *rest):
        return real(landlord, *rest) if landlord == neighbour else 1 / 0

    with monkeypatch.context() as patch:
        patch.setattr(completing, "take_numbers", fail_for_one)
        assert sweep() == 1
    assert (states(mine), states(theirs)) == (("pending", "pending"), ("completed", "completed"))
    assert sum("could not be applied" in record.message for record in caplog.records) == 3
    assert sweep() == 1
    assert states(mine) == ("completed", "completed")
    waiting = Callback.objects.filter(state=Callback.State.RECEIVED).order_by("event_key")
    assert list(waiting.values_list("event_key", flat=True)) == ["broken", "of something else"]


@pytest.mark.django_db(transaction=True)
def test_d34_eight_copies_at_once_are_one_payment_and_all_are_answered_200(invoice, together):
    attempt = start(invoice)
    body = SANDBOX.answer(attempt.reference, "paid")
    assert [answer.status_code for answer in together(*[lambda: call(body)] * 8)] == [200] * 8
    assert standing(invoice) == ("paid", 500_000, 0)
    assert receipts(invoice) == ["RCT-DAR001"]
