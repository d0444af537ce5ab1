"""One letter over a line that is open, its three commands together where the server takes that (RFC 2920).

`smtplib` waits for the answer to each: four times there and back for a letter. Here it is twice. What the server
refuses is raised as `smtplib` raises it, and the line can be used for the next letter.
"""

from __future__ import annotations

import contextlib
import re
import smtplib

_DOT = re.compile(rb"^\.", re.M)
# What says yes (RFC 5321 §4.3.2): to the sender and after the text, to an address, before the text.
_FINE, _TAKEN, _GO_ON = (250,), (250, 251), (354,)


def send(server: smtplib.SMTP, sender: str, address: str, letter: bytes) -> None:
    """Give over a letter with CRLF line ends, all of it ASCII, and return once it was accepted.

    Raises SMTPSenderRefused, SMTPRecipientsRefused, SMTPDataError, SMTPServerDisconnected, OSError.
    """
    if not server.has_extn("pipelining"):
        server.sendmail(sender, [address], letter)
        return
    size = f" size={len(letter)}" if server.has_extn("size") else ""
    server.send(f"MAIL FROM:<{sender}>{size}\r\nRCPT TO:<{address}>\r\nDATA\r\n".encode("ascii"))
    refusal = _answers(server, sender, address)
    if refusal is None:
        server.send(_DOT.sub(b"..", letter) + b".\r\n")
        code, said = server.getreply()
        refusal = None if code in _FINE else smtplib.SMTPDataError(code, said)
    if refusal is not None:
        with contextlib.suppress(smtplib.SMTPServerDisconnected, OSError):
            server.rset()
        raise refusal


def _answers(server: smtplib.SMTP, sender: str, address: str) -> smtplib.SMTPException | None:
    """Take the answers to all three. Gives the first that said no."""
    refusal: smtplib.SMTPException | None = None
    try:
        code, said = server.getreply()
        if code not in _FINE:
            refusal = smtplib.SMTPSenderRefused(code, said, sender)
        code, said = server.getreply()
        if code not in _TAKEN:
            refusal = refusal or smtplib.SMTPRecipientsRefused({address: (code, said)})
        code, said = server.getreply()
        if code not in _GO_ON:
            return refusal or smtplib.SMTPDataError(code, said)
        if refusal:  # it waits for a text all the same: it gets an empty one, to nobody (RFC 2920 §3.1)
            server.send(b".\r\n")
            server.getreply()
    except (smtplib.SMTPServerDisconnected, OSError):
        if refusal is None:
            raise
    return refusal
