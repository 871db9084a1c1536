"""Fixtures shared by all tests."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.crash_rig import Platform, platform_server
from tests.group_world import Group
from tests.link_world import TwoPlatforms
from tests.world import World

# The atlas and thousands of plans live as long as a worker; to look through them at the usual pace
# took a fifth of the whole suite's time.
gc.set_threshold(100_000, 50, 100)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A running Caravan without a model, and the people who talk with it."""
    world = World(tmp_path / "caravan.sqlite")
    await world.opens()
    yield world
    await world.closes()


@pytest.fixture
def group(world: World) -> Group:
    """A group chat in that world."""
    return Group(world)


@pytest.fixture
async def platform() -> AsyncIterator[Platform]:
    """A platform for processes that are killed."""
    async with platform_server() as platform:
        yield platform


@pytest.fixture
async def both(tmp_path: Path) -> AsyncIterator[TwoPlatforms]:
    """Caravan on two platforms at once."""
    world = TwoPlatforms(tmp_path / "caravan.sqlite")
    await world.opens()
    yield world
    await world.closes()
