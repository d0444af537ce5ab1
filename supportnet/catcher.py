"""A mail server for one's own machine: it delivers nothing and keeps every message as a file.

`python -m supportnet.catcher` listens on 127.0.0.1:$MAIL_PORT and fills $MAIL_DIR, which /mail/ shows.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import time
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from supportnet import embedded


class Catcher:
    def __init__(self, directory: Path) -> None:
        self.directory = directory
        directory.mkdir(parents=True, exist_ok=True)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        """Whole or not at all under its name; the name sorts by time."""
        content = envelope.original_content or b""
        name = f"{time.time_ns():020d}-{secrets.token_hex(4)}"
        draft = self.directory / f"{name}.part"
        draft.write_bytes(content)
        draft.rename(self.directory / f"{name}.eml")
        return "250 Kept"


async def serve(directory: Path, port: int) -> None:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, stop.set)
    catcher = Catcher(directory)
    server = await loop.create_server(lambda: SMTP(catcher, loop=loop), "127.0.0.1", port)
    bound = server.sockets[0].getsockname()[1]
    print(f"Catching mail on port {bound}", flush=True)  # noqa: T201 (who starts it waits for this line)
    await stop.wait()
    server.close()


if __name__ == "__main__":
    kept = Path(os.environ.get("MAIL_DIR") or embedded.state() / "mail")
    asyncio.run(serve(kept, int(os.environ.get("MAIL_PORT") or 1025)))
