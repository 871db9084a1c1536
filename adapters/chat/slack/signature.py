"""Slack's signature on a delivery, checked on raw bytes: whatever comes, the answer is yes or no.

Source: https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable

TIMESTAMP = b"x-slack-request-timestamp"
SIGNATURE = b"x-slack-signature"
MAX_AGE_S = 300.0
_MAX_DIGITS = 12


def is_signed(headers: Iterable[tuple[bytes, bytes]], body: bytes, secret: str, now: float) -> bool:
    """Whether the delivery is Slack's and at most five minutes old or early, in constant time.

    `headers` are as they came; a header that is missing, doubled or odd is a wrong signature.
    """
    found: dict[bytes, list[bytes]] = {TIMESTAMP: [], SIGNATURE: []}
    for key, value in headers:
        if (name := key.lower()) in found:
            found[name].append(value)
    timestamps, signatures = found[TIMESTAMP], found[SIGNATURE]
    if len(timestamps) != 1 or len(signatures) != 1 or not secret:
        return False
    at = timestamps[0]
    if not at.isdigit() or len(at) > _MAX_DIGITS or abs(now - int(at)) > MAX_AGE_S:
        return False
    signed = hmac.new(secret.encode(), b"v0:" + at + b":" + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(signatures[0], b"v0=" + signed.encode())
