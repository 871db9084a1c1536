"""Codes that join accounts, drawn by the system's generator for secrets."""

from __future__ import annotations

import secrets

from core.linking import LETTERS


def fresh_code() -> str:
    """A code such as "7F3K-Q2MD": 30^8 are possible."""
    letters = "".join(secrets.choice(LETTERS) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"
