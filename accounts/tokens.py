"""Secrets in addresses: computed from a row's nonce and our secret key, never stored; the row keeps only their hash."""

from __future__ import annotations

import base64
import hashlib
import uuid

from django.utils.crypto import salted_hmac


def of(salt: str, nonce: uuid.UUID) -> str:
    """43 URL-safe characters, the same each time while the secret key stays. `salt` says what it is good for."""
    digest = salted_hmac(salt, str(nonce), algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def hash_of(token: str) -> str:
    """64 hexadecimal digits to find the row by; whatever is typed into an address has some."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
