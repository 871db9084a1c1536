"""A filled-in profile form as changes: only what differs from what is known."""

from __future__ import annotations

from collections.abc import Sequence

from core.people import KEYS, MAX_VALUE_CHARS, Profile
from core.reading import ProfileEdit


def edits_of(form: Sequence[tuple[str, str]], profile: Profile) -> tuple[ProfileEdit, ...]:
    """What the form changes; a key that is not in the form stays as it is.

    The values of a key that may have many stand with commas between them.
    """
    edits: list[ProfileEdit] = []
    for key, text in form:
        if key not in KEYS:
            continue
        text = text.strip()[:MAX_VALUE_CHARS]
        wanted = [v.strip() for v in text.split(",")] if KEYS[key][1] else [text]
        wanted = [v for v in wanted if v]
        known = profile.values(key)
        kept = {v.casefold() for v in wanted}
        if not wanted or KEYS[key][1]:
            edits += [
                ProfileEdit(key=key, value=v, remove=True)
                for v in known
                if v.casefold() not in kept
            ]
        here = {v.casefold() for v in known}
        edits += [ProfileEdit(key=key, value=v) for v in wanted if v.casefold() not in here]
    return tuple(edits)
