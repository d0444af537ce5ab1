"""What a mail server's refusal means (RFC 5321 §4.2, RFC 3463). Pure."""

from __future__ import annotations

import re
import smtplib

# X.1.7 and X.1.8 speak of the sender: that would be our own mistake.
_WRONG = ("5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1")
_STATUS = re.compile(r"^\s*([245]\.\d{1,3}\.\d{1,3})\b")
# What servers without status codes say of a mailbox that is not there.
_UNKNOWN = re.compile(
    r"no such|unknown (user|recipient|mailbox)|(user|recipient|mailbox) (is )?(unknown|not found)", re.I
)


def refusal(error: Exception) -> tuple[int, str] | None:
    """What the server said about this one letter; None when the trouble is the line's, or ours."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, said = next(iter(error.recipients.values()))
        return code, _text(said)
    if isinstance(error, smtplib.SMTPDataError):
        return error.smtp_code, _text(error.smtp_error)
    return None


def is_permanent(code: int, words: str) -> bool:
    """Whether a reply says that the address itself will never work.

    A 5xx about anything else (relaying, policy, size, a full mailbox) may pass.
    """
    if code < 500:
        return False
    status = _STATUS.match(words)
    if status:
        return status.group(1) in _WRONG
    return code in (550, 551, 553) and bool(_UNKNOWN.search(words))


def _text(said: bytes | str) -> str:
    """Without the zero byte, which no database takes."""
    words = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return words.replace("\0", "")
