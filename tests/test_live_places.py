"""Towns the atlas does not have, hours it lacks: found live, merged once, honest about gaps."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from functools import cache

import pytest

from adapters.travel.atlas.atlas import Atlas
from adapters.travel.atlas.finder import Finder
from adapters.travel.curated import AtlasGeocoder, AtlasPlaces
from adapters.travel.found import Found, PlaceSource, category_of, merged, same
from adapters.travel.geoapify_places import GeoapifyPlaces
from adapters.travel.http import LIMITS
from adapters.travel.live_places import LivePlaces
from adapters.travel.overpass import Overpass
from adapters.travel.wikipedia import Wikipedia
from core.errors import Unavailable
from core.travel import Confidence, Destination, Place, Point, Sight, Source
from tests.fake_open_meteo import START
from tests.wire import geoapify_places, overpass, wikipedia
from tests.wire.overpass import REMARK, whole
from tests.wire.rig import Rig, rig_of
from tests.wire.server import Handler, html_500, says, silence
from tests.wire.wikipedia import PART, Geosearch, page

FIRST, LAST = date(2027, 5, 3), date(2027, 5, 5)  # Monday to Wednesday
ROUTES: dict[str, Handler] = {
    wikipedia.ROUTE: Geosearch(*wikipedia.SIGHTS),
    overpass.ROUTE: overpass.interpreter,
    geoapify_places.ROUTE: geoapify_places.places,
}


@cache
def atlas() -> AtlasPlaces:
    return AtlasPlaces(Atlas.load())


async def place(name: str) -> Place:
    found = await AtlasGeocoder(Finder(Atlas.load())).find(name, country="PT")
    return found[0]


class World:
    """Live places over real clients; every source at one local server."""

    def __init__(self, rig: Rig, *, key: str = "", patience_s: float = 2.0) -> None:
        sources: list[PlaceSource] = [Wikipedia(rig.client, rig.url)]
        if key:
            sources.append(GeoapifyPlaces(rig.client, key, rig.url))
        background = Overpass(rig.client, rig.url)
        self.rig = rig
        self.places = LivePlaces(atlas(), sources, background, patience_s=patience_s)

    async def tomar(self) -> Destination:
        """The town, where the server expects it."""
        town = self.places.town(await place("Tomar"))
        assert town is not None
        return town.model_copy(update={"center": wikipedia.TOMAR})


@asynccontextmanager
async def world(**options: object) -> AsyncIterator[World]:
    async with rig_of(ROUTES) as rig:
        made = World(rig, **options)  # type: ignore[arg-type]
        yield made
        await made.places.aclose()


# --- a town that the atlas does not have -------------------------------------------------------


async def test_a_town_is_made_of_what_is_known_and_nothing_else() -> None:
    async with world() as w:
        town = w.places.town(await place("Tomar"))

    assert town is not None and town.id.startswith("geonames:")
    assert (town.name, town.country, town.timezone) == ("Tomar", "PT", "Europe/Lisbon")
    assert (town.climate, town.best_months) == ((), ())
    [airport] = town.airports
    assert airport.iata == "LIS" and 100 < airport.km < 160 and airport.transfer_min > 90
    assert town.currency == "EUR" and 0 < town.daily_low < town.daily_mid < town.daily_high
    assert town.source.confidence is Confidence.ESTIMATE
    assert "Lisbon" in town.source.name  # whose prices they are


async def test_a_stored_plan_finds_its_town_again_after_a_restart() -> None:
    async with world() as w:
        town = w.places.town(await place("Tomar"))
        assert town is not None

        assert LivePlaces(atlas(), []).destination(town.id) == town
        assert w.places.destination("geonames:999999999999") is None
        assert w.places.destination("atlantis") is None


async def test_a_village_of_an_online_gazetteer_is_a_town_while_the_process_lives() -> None:
    source = Source(name="Open-Meteo", fetched_at=START, confidence=Confidence.LIVE)
    village = Place(
        source=source,
        id="geonames:99999999",
        name="Piódão",
        kind="town",
        country="PT",
        point=Point(lat=40.2294, lon=-7.8244),
        timezone="Europe/Lisbon",
    )
    async with world() as w:
        made = w.places.town(village)

        assert made is not None and (made.name, made.currency) == ("Piódão", "EUR")
        assert w.places.destination("geonames:99999999") == made


async def test_countries_and_the_atlas_are_no_live_towns() -> None:
    async with world() as w:
        lisbon, portugal = await place("Lisbon"), await place("Portugal")

        assert w.places.town(lisbon) is None and w.places.town(portugal) is None
        assert w.places.destination("lisbon") == atlas().destination("lisbon")


async def test_without_a_source_there_is_no_town() -> None:
    assert LivePlaces(atlas(), []).town(await place("Tomar")) is None


async def test_its_sights_are_those_with_a_sight_word_each_with_its_article() -> None:
    async with world() as w:
        sights = await w.places.sights(await w.tomar(), FIRST, LAST)

    names = {s.name: s for s in sights}
    assert "Tomar railway station" not in names and "Tomar" not in names
    convent = names["Convent of Christ"]
    assert (convent.category, convent.rank, convent.wikidata) == ("church", 2, "Q101")
    assert convent.source.url == "https://en.wikipedia.org/wiki/Convent_of_Christ"
    assert convent.source.attribution == "Wikipedia, CC BY-SA 4.0"
    assert convent.hours is None and convent.ticket is None
    assert min(s.rank for s in sights) >= 2  # nobody but the atlas says "must"
    assert names["Mata Nacional dos Sete Montes"].setting == "outdoor"


async def test_what_is_said_to_be_far_away_is_no_sight_of_the_town() -> None:
    """A source that answers with another town's places has not answered the question."""
    away = [{**s, "coordinates": [{"lat": 39.7, "lon": -104.9}]} for s in wikipedia.SIGHTS[1:]]
    async with world() as w:
        w.rig.server.serves(wikipedia.ROUTE, Geosearch(wikipedia.SIGHTS[0], *away))
        sights = await w.places.sights(await w.tomar(), FIRST, LAST)

    assert [s.name for s in sights] == ["Convent of Christ"]


async def test_the_map_is_asked_in_the_background_and_gives_hours_the_next_time() -> None:
    async with world() as w:
        town = await w.tomar()
        before = await w.places.sights(town, FIRST, LAST)
        await w.places.settled()
        after = await w.places.sights(town, FIRST, LAST)

    convent = next(s for s in after if s.wikidata == "Q101")
    assert convent.hours is not None and set(convent.hours) == {date(2027, 5, d) for d in (3, 4, 5)}
    assert [(i.start, i.end) for i in convent.hours[FIRST]] == [(540, 1050)]
    assert (convent.hours_confidence, convent.hours_text) == ("medium", "09:00-17:30; Jan 1 off")
    assert convent.source.attribution == (
        "Wikipedia, CC BY-SA 4.0, hours © OpenStreetMap contributors"
    )
    assert "Museu dos Fósforos" in {s.name for s in after} - {s.name for s in before}
    synagogue = next(s for s in after if s.name == "Synagogue of Tomar")
    assert synagogue.hours is not None and synagogue.hours[FIRST] == ()  # Mondays
    assert [s.id for s in before] == [s.id for s in after if s.id in {b.id for b in before}]


async def test_a_part_of_the_map_is_thrown_away_and_asked_for_again() -> None:
    async with world() as w:
        town = await w.tomar()
        w.rig.server.breaks(says(whole(*overpass.ELEMENTS, remark=REMARK)), "interpreter")
        await w.places.sights(town, FIRST, LAST)
        await w.places.settled()
        w.rig.server.heals()
        alone = await w.places.sights(town, FIRST, LAST)
        await w.places.settled()
        complete = await w.places.sights(town, FIRST, LAST)

    assert all(s.hours is None for s in alone)
    assert any(s.hours for s in complete)


async def test_the_map_is_asked_one_question_at_a_time() -> None:
    async with world() as w:
        towns = [await w.tomar() for _ in range(1)]
        others = [towns[0].model_copy(update={"id": f"geonames:{n}"}) for n in range(5)]
        await asyncio.gather(*(w.places.sights(t, FIRST, LAST) for t in (*towns, *others)))
        await w.places.settled()

        asked = [a for a in w.rig.server.asked if "interpreter" in a.path]
    assert len(asked) == 1  # one question, shared


async def test_a_silent_map_keeps_nobody_waiting() -> None:
    async with world() as w:
        w.rig.server.breaks(silence, "interpreter")
        sights = await w.places.sights(await w.tomar(), FIRST, LAST)

    assert sights


async def test_when_nobody_answers_it_is_an_outage_and_no_empty_town() -> None:
    async with world() as w:
        w.rig.server.breaks(html_500)

        with pytest.raises(Unavailable, match="Wikipedia"):
            await w.places.sights(await w.tomar(), FIRST, LAST)


async def test_a_slow_source_is_left_behind() -> None:
    async with world(key=geoapify_places.KEY, patience_s=0.3) as w:
        w.rig.server.breaks(silence, "/w/api.php")
        sights = await w.places.sights(await w.tomar(), FIRST, LAST)

    assert {s.source.name for s in sights} == {"Geoapify"}


async def test_two_sources_make_one_list_and_each_completes_the_other() -> None:
    async with world(key=geoapify_places.KEY) as w:
        sights = await w.places.sights(await w.tomar(), FIRST, LAST)

    convents = [s for s in sights if s.wikidata == "Q101"]
    assert [s.source.name for s in convents] == ["Wikipedia"]
    museum = next(s for s in sights if s.name == "Match Museum")
    assert museum.source.attribution == "Powered by Geoapify, © OpenStreetMap contributors"
    assert museum.ticket is not None and museum.ticket.amount == 0
    assert museum.hours is not None and museum.hours[FIRST] == ()


# --- the atlas comes first ---------------------------------------------------------------------


async def test_the_atlas_is_as_it_is_where_it_knows_the_hours() -> None:
    lisbon = atlas().destination("lisbon")
    assert lisbon is not None
    async with world() as w:
        known = await atlas().sights(lisbon, FIRST, LAST)
        live = await w.places.sights(lisbon, FIRST, LAST)

        assert [a for a in w.rig.server.asked if "api.php" in a.path] == []
    assert live == known


async def test_hours_the_atlas_lacks_are_taken_from_the_map_by_item_or_name() -> None:
    lisbon = atlas().destination("lisbon")
    assert lisbon is not None
    known = await atlas().sights(lisbon, FIRST, LAST)
    blind = [s.model_copy(update={"hours": None, "hours_text": ""}) for s in known]

    class Blind(AtlasPlaces):
        async def sights(self, destination: Destination, first: date, last: date) -> list[Sight]:
            return blind

    class Map:
        async def around(self, point: Point) -> list[Found]:
            return [seen("osm-way-1", known[0].name, known[0].point, opening="Tu-Su 10:00-18:00")]

    places = LivePlaces(Blind(Atlas.load()), [], Map())
    await places.sights(lisbon, FIRST, LAST)
    await places.settled()
    first, *others = await places.sights(lisbon, FIRST, LAST)

    assert first.hours is not None and first.hours[FIRST] == ()
    assert first.source.name == f"{known[0].source.name}, hours © somebody"
    assert first.source.confidence is Confidence.CURATED and first.hours_confidence == "medium"
    assert others == blind[1:]


# --- merging -----------------------------------------------------------------------------------

SOMEWHERE = Point(lat=39.6, lon=-8.4)
SOURCE = Source(
    name="a map", fetched_at=START, confidence=Confidence.LIVE, attribution="© somebody"
)


def seen(key: str, name: str, point: Point = SOMEWHERE, **more: object) -> Found:
    values: dict[str, object] = {"category": "landmark", **more}
    return Found(key, name, point, SOURCE, **values)  # type: ignore[arg-type]


def test_the_same_item_is_the_same_place_whatever_it_is_called() -> None:
    a = seen("w", "Belém Tower", wikidata="Q1")
    b = seen("o", "Torre de Belém", Point(lat=39.61, lon=-8.4), wikidata="Q1", opening="24/7")

    [one] = merged([[a], [b]])
    assert (one.name, one.opening, one.id) == ("Belém Tower", "24/7", "Q1")


def test_the_same_name_is_the_same_place_only_within_150_metres() -> None:
    near = seen("o", "São Jorge castle", Point(lat=39.601, lon=-8.4))
    far = seen("p", "Sao Jorge Castle", Point(lat=39.603, lon=-8.4))
    here = seen("w", "São Jorge Castle")

    assert same(here, near) and not same(here, far)
    assert len(merged([[here], [near, far]])) == 2


def test_what_others_add_later_does_not_change_the_id_of_a_place_in_a_stored_plan() -> None:
    alone, mapped = seen("wikipedia-7", "Fort"), seen("osm-way-1", "Fort", wikidata="Q9")
    [before], [after] = merged([[alone]]), merged([[alone], [mapped]])

    assert before.id == after.id == "wikipedia-7" and after.wikidata == "Q9"


def test_two_items_are_two_places_even_with_one_name_on_one_spot() -> None:
    assert len(merged([[seen("a", "Fort", wikidata="Q1"), seen("b", "Fort", wikidata="Q2")]])) == 2


def test_an_article_without_a_sight_word_counts_when_the_map_calls_it_a_sight() -> None:
    article = seen("w", "Casa Vieira", category="", weight=9_000.0)
    mapped = seen("o", "Casa Vieira", category="museum")

    assert merged([[article]]) == []
    [one] = merged([[article], [mapped]])
    assert (one.category, one.weight, one.key) == ("museum", 9_000.0, "w")


@pytest.mark.parametrize(
    ("description", "category"),
    [
        ("16th-century fortification in Lisbon", "landmark"),
        ("Gothic cathedral in Cologne, Germany", "church"),
        ("Art museum in Madrid", "museum"),
        ("Shinto shrine in Kyoto", "church"),
        ("Urban park in Munich", "park"),
        ("City square in Brussels", "neighbourhood"),
        ("Zoo in Berlin", "family"),
        ("Railway station in Portugal", ""),
        ("Primary school in Tomar", ""),
        ("1147 siege", ""),
        ("Demolished church in Porto", ""),
        ("Football club", ""),
        ("Municipality in Santarém, Portugal", ""),
        ("", ""),
    ],
)
def test_only_a_sight_word_makes_a_sight(description: str, category: str) -> None:
    assert category_of(description) == category


# --- the wire ----------------------------------------------------------------------------------


async def test_articles_that_come_in_parts_are_read_whole() -> None:
    many = [
        page(n, f"Church {n}", "Church in Tomar", 39.6 + n / 10_000) for n in range(1, 2 * PART + 1)
    ]
    async with rig_of({wikipedia.ROUTE: Geosearch(*many)}) as rig:
        found = await Wikipedia(rig.client, rig.url).around(wikipedia.TOMAR)

        assert rig.asked == 2
    assert len(found) == 2 * PART
    assert all(f.category == "church" and f.wikidata and f.weight for f in found)


async def test_a_lagging_wikipedia_says_how_long_to_wait() -> None:
    async with rig_of(ROUTES) as rig:
        rig.server.breaks(says(wikipedia.MAXLAG))
        with pytest.raises(Unavailable, match="maxlag") as caught:
            await Wikipedia(rig.client, rig.url).around(wikipedia.TOMAR)

    assert caught.value.retry_after == 7.2


def test_the_public_map_is_left_alone_for_half_a_minute_after_a_429() -> None:
    assert LIMITS["overpass-api.de"].rest_after_429_s >= 30
    assert LIMITS["overpass-api.de"].in_flight == 1


async def test_probes_say_what_they_saw() -> None:
    async with rig_of({wikipedia.ROUTE: Geosearch(*wikipedia.SIGHTS)}) as rig:
        assert await Wikipedia(rig.client, rig.url).probe() == "8 articles around Lisbon, 6 sights"


async def test_the_doctor_asks_wikipedia_one_question_however_much_there_is() -> None:
    crowd = [wikipedia.page(n, f"Chapel {n}", "Chapel in Lisbon") for n in range(1, 190)]
    async with rig_of({wikipedia.ROUTE: Geosearch(*crowd)}) as rig:
        said = await Wikipedia(rig.client, rig.url).probe()

        assert rig.asked == 1
    assert said == "20 articles around Lisbon, 20 sights"
