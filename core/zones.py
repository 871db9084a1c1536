"""Time zones by name: the zone that is meant, or the one used in its place. Pure.

The tz database renames and removes zones, and people misspell them; so a name is kept as it was
said and looked up anew each time.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

MAX_NAME_CHARS = 64  # the longest name of the tz database has 32
MOST_CLOSE = 3
# What lies beside the zones on some machines: their own clock, leap seconds, placeholders.
_NO_ZONES = ("localtime", "posixrules", "Factory")
_COPIES = ("posix/", "right/")
_ALIKE = 0.75
_OFFSET = re.compile(r"(?:utc|gmt)?_?(?P<sign>[+-])_?0?(?P<h>1[0-4]|\d)(?::?00)?")
# Short names that are no zones, and the zones where people use them.
_SHORT = {
    "pst": "America/Los_Angeles",
    "pdt": "America/Los_Angeles",
    "pt": "America/Los_Angeles",
    "mdt": "America/Denver",
    "cst": "America/Chicago Asia/Shanghai",
    "cdt": "America/Chicago",
    "edt": "America/New_York",
    "bst": "Europe/London Asia/Dhaka",
    "cest": "Europe/Berlin Europe/Paris",
    "eest": "Europe/Kyiv Europe/Athens",
    "msk": "Europe/Moscow",
    "ist": "Asia/Kolkata Asia/Jerusalem Europe/Dublin",
    "jst": "Asia/Tokyo",
    "sgt": "Asia/Singapore",
    "hkt": "Asia/Hong_Kong",
    "aest": "Australia/Sydney Australia/Brisbane",
    "aedt": "Australia/Sydney",
    "nzst": "Pacific/Auckland",
}


def known_zone(name: str) -> ZoneInfo | None:
    """The zone of this name, also of one that was renamed; None when there is no such zone."""
    if not 0 < len(name) <= MAX_NAME_CHARS or name in _NO_ZONES or name.startswith(_COPIES):
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: "America" is a folder
        return None


def zone_of(name: str, default: str = "") -> ZoneInfo:
    """The zone of this name, else that of `default`, else UTC."""
    return known_zone(name) or known_zone(default) or ZoneInfo("UTC")


def spelled(name: str) -> str:
    """The name as the tz database writes it, when only capitals and blanks differ; else ""."""
    return _names().get(_plain(name), "")


def close_zones(name: str) -> tuple[str, ...]:
    """Zones that may have been meant, likeliest first; empty when nothing is alike."""
    wanted = _plain(name)
    if not wanted or len(wanted) > MAX_NAME_CHARS:
        return ()
    if shift := _OFFSET.fullmatch(wanted):  # "Etc/GMT-2" is two hours ahead of UTC
        turned = "-" if shift["sign"] == "+" else "+"
        fixed = f"Etc/GMT{turned}{int(shift['h'])}"
        return (fixed,) if known_zone(fixed) else ()
    if wanted in _SHORT:
        return tuple(filter(known_zone, _SHORT[wanted].split()))
    names = {plain: name for plain, name in _names().items() if "gmt" not in plain}
    town = wanted.rpartition("/")[2]
    same_town = [full for plain, full in names.items() if plain.rpartition("/")[2] == town]
    towns = {plain.rpartition("/")[2]: full for plain, full in names.items()}
    alike = [names[p] for p in get_close_matches(wanted, names, MOST_CLOSE, _ALIKE)]
    alike += [towns[p] for p in get_close_matches(town, towns, MOST_CLOSE, _ALIKE)]
    return tuple(dict.fromkeys((*same_town, *alike)))[:MOST_CLOSE]


def _plain(name: str) -> str:
    return "_".join(name.casefold().split())


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    """All zones by their name in small letters; those of a region before those of old ("Zulu")."""
    known = sorted(available_timezones() - set(_NO_ZONES), key=lambda n: ("/" not in n, n))
    return {_plain(name): name for name in known}
