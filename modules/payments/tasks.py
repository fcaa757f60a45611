"""What the worker runs for payments."""

import requests

from .providers.sandbox import SIGNATURE, Sandbox
from .services import expire_payments


def poll() -> dict[str, int]:
    """Ask about pending payments, and release those whose reservation is over."""
    return expire_payments()


def deliver_sandbox_callback(reference: str, outcome: str) -> None:
    """Post the sandbox's signed callback to our own public address, as a real provider would."""
    sandbox = Sandbox()
    body = sandbox.answer(reference, outcome)
    headers = {SIGNATURE: sandbox.sign(body), "Content-Type": "application/json"}
    requests.post(sandbox.order(reference)["callback_url"], data=body, headers=headers, timeout=10).raise_for_status()
