"""Fixtures shared by all tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.world import World


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A running Caravan without a model, and the people who talk with it."""
    world = World(tmp_path / "caravan.sqlite")
    await world.opens()
    yield world
    await world.closes()
