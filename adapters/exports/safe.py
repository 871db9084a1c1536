"""Names from anywhere, without what controls a screen or breaks a format."""

from __future__ import annotations


def clean(text: str) -> str:
    """The text without control, bidirectional and private characters; line ends stay."""
    return "".join(c for c in text if c.isprintable() or c == "\n")
