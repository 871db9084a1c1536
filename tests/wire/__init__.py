"""Providers as they are on the wire: one file each, all put to the same faults.

A file holds `WIRES`, a list of Wire; tests/test_providers_faults.py finds it by itself.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module

from tests.wire.rig import OUTAGE, Rig, Wire
from tests.wire.server import Asked, Says, WireServer, refuses

__all__ = ["OUTAGE", "Asked", "Rig", "Says", "Wire", "WireServer", "refuses", "wires"]


def wires() -> list[Wire]:
    """The wires of every file here, by name."""
    found: list[Wire] = []
    for module in pkgutil.iter_modules(__path__):
        found += getattr(import_module(f"{__name__}.{module.name}"), "WIRES", [])
    return sorted(found, key=lambda w: w.name)
