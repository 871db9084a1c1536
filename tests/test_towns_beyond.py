"""A town that the atlas does not have, in the chat: planned from live sights, gaps said."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.travel.found import Found
from adapters.travel.live_places import LivePlaces
from core.errors import Unavailable
from core.travel import Confidence, Point, Source, Travel
from tests.world import START, World

NAMES = (
    ("Convent of Christ", "church", 21_000.0),
    ("Castle of Tomar", "landmark", 9_000.0),
    ("Synagogue of Tomar", "church", 8_000.0),
    ("Mata Nacional dos Sete Montes", "park", 4_000.0),
    ("Church of Santa Maria do Olival", "church", 3_000.0),
    ("Match Museum", "museum", 2_500.0),
    ("Aqueduct of Pegões", "landmark", 2_000.0),
    ("Republic Square", "neighbourhood", 1_500.0),
)


class Encyclopedia:
    """Has eight articles around any point; `down` makes it silent."""

    def __init__(self) -> None:
        self.down = False
        self.empty = False

    async def around(self, point: Point) -> list[Found]:
        if self.down:
            raise Unavailable("Wikipedia", "down in this story")
        return (
            []
            if self.empty
            else [
                Found(
                    key=f"wikipedia-{n}",
                    name=name,
                    point=Point(lat=point.lat + n * 0.002, lon=point.lon + (n % 3) * 0.002),
                    source=Source(
                        name="Wikipedia",
                        url=f"https://en.wikipedia.org/wiki/{n}",
                        fetched_at=START,
                        confidence=Confidence.LIVE,
                        attribution="Wikipedia, CC BY-SA 4.0",
                    ),
                    category=category,
                    wikidata=f"Q{n + 100}",
                    weight=weight,
                )
                for n, (name, category, weight) in enumerate(NAMES)
            ]
        )


@pytest.fixture
def articles() -> Encyclopedia:
    return Encyclopedia()


@pytest.fixture
async def beyond(tmp_path: Path, articles: Encyclopedia) -> AsyncIterator[World]:
    def dressed(travel: Travel) -> Travel:
        return replace(travel, places=LivePlaces(travel.places, [articles]))

    world = World(tmp_path / "caravan.sqlite", dress=dressed)
    await world.opens()
    yield world
    await world.closes()


PLAN = "plan Tomar 15 to 16 april 2027 from Berlin"


async def test_a_town_beyond_the_atlas_gets_a_checked_plan_that_names_its_gaps(
    beyond: World,
) -> None:
    answer = await beyond.says(PLAN)

    assert len(answer.days) == 2
    assert "Convent of Christ" in answer.text and "check hours" in answer.text
    assert "Places: Wikipedia, CC BY-SA 4.0" in answer.text
    assert "Weather: not known" in answer.text
    assert "°C" not in answer.text
    assert "Tomar is not in my atlas" in answer.text and "prices as in" in answer.text


async def test_with_a_forecast_the_weather_is_known_although_the_climate_is_not(
    beyond: World,
) -> None:
    answer = await beyond.says("plan Tomar 27 to 28 november 2026 from Berlin")

    assert "13–21 °C" in answer.text and "forecast" in answer.text


async def test_the_plan_can_be_changed_and_survives_a_restart(beyond: World) -> None:
    await beyond.says(PLAN)
    await beyond.restarts()
    changed = await beyond.says("no churches")

    assert "What changed" in changed.text
    assert "Convent of Christ" not in "\n".join(changed.days)


async def test_questions_about_such_a_town_are_answered_or_honestly_not(beyond: World) -> None:
    await beyond.says(PLAN)
    weather = await beyond.says("what's the weather like there?")
    packing = await beyond.says("what should I pack?")
    cost = await beyond.says("how much does a day there cost?")
    day = await beyond.says("show me day 2")

    assert "no typical values" in weather.text
    assert "I do not know the climate of Tomar" in packing.text
    assert "Estimate: GeoNames; prices as in" in cost.text
    assert "Day 2" in day.text


async def test_when_the_source_is_silent_nothing_is_invented(
    beyond: World, articles: Encyclopedia
) -> None:
    articles.down = True
    answer = await beyond.says(PLAN)

    assert "I cannot see what there is in Tomar right now: Wikipedia does not answer" in answer.text
    assert not answer.days


async def test_where_nothing_is_found_nothing_is_invented(
    beyond: World, articles: Encyclopedia
) -> None:
    articles.empty = True
    answer = await beyond.says(PLAN)

    assert "I found nothing to see in Tomar" in answer.text


async def test_without_live_sources_such_a_town_is_still_honestly_refused(world: World) -> None:
    answer = await world.says(PLAN)

    assert "I have no checked sights there" in answer.text
    assert "Plan Lisbon" in answer.choices
