"""The file outbox: one JSON object a line, documents beside it. Needs no account; rehearsals and tests read it."""

import json
import os
from pathlib import Path

from django.conf import settings

from .base import Outgoing


class Console:
    def send(self, message: Outgoing) -> str:
        outbox = Path(settings.MESSAGE_OUTBOX)
        outbox.parent.mkdir(parents=True, exist_ok=True)
        line = {
            "at": message.at.isoformat(timespec="seconds"),
            "to": message.to,
            "channel": message.channel,
            "template": message.template,
            "language": message.language,
            "text": message.text,
            "link": message.link,
            "document": self._keep(outbox, message),
        }
        # One write of one line: several workers that append at once cannot tear each other's lines.
        with outbox.open("ab", buffering=0) as file:
            file.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
        return f"{outbox.name}:{os.urandom(6).hex()}"

    def _keep(self, outbox: Path, message: Outgoing) -> str:
        if message.document is None:
            return ""
        folder = outbox.parent / f"{outbox.stem}-documents"
        folder.mkdir(exist_ok=True)
        path = folder / message.document.filename
        path.write_bytes(message.document.content)
        return str(path)
