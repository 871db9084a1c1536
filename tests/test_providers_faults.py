"""Every provider under the same faults: it answers, says honestly that it cannot, or shows its age.

Each provider is a file in tests/wire; what is here knows none of them by name.
"""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.errors import Unavailable
from core.travel import Confidence, Fact
from tests.wire import OUTAGE, Rig, Says, Wire, refuses, wires
from tests.wire.rig import rig_of
from tests.wire.server import HTML, PAGE, Fault, cut, dropped, html_500, says, silence, stalled

WIRES = wires()
every_provider = pytest.mark.parametrize("wire", WIRES, ids=lambda w: w.name)


@asynccontextmanager
async def at(wire: Wire, **options: Any) -> AsyncIterator[Rig]:
    async with rig_of(wire.routes, **options) as rig:
        yield rig


def facts(value: object) -> Iterable[Fact]:
    """The facts in an answer, however it is built."""
    if isinstance(value, Fact):
        yield value
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple | set | frozenset):
        for item in value:
            yield from facts(item)


async def fails(wire: Wire, rig: Rig) -> Unavailable:
    with pytest.raises(Unavailable) as caught:
        await wire.ask(rig)
    return caught.value


def test_every_client_of_a_provider_is_served_here() -> None:
    """An adapter that asks somebody has a wire, so that no fault below passes it by."""
    clients = {f.stem for f in Path("adapters/travel").glob("*.py") if asks(f.read_text("utf-8"))}
    served = {
        module
        for file in Path("tests/wire").glob("*.py")
        for module in re.findall(
            r"^from adapters\.travel\.(\w+) import", file.read_text("utf-8"), re.M
        )
    }

    assert len({w.name for w in WIRES}) == len(WIRES)
    assert clients and clients <= served, clients - served


def asks(source: str) -> bool:
    return bool(re.search(r"_client\.(get|post|picture|ask)\(", source))


@every_provider
def test_every_cell_of_the_table_is_filled_or_excused(wire: Wire) -> None:
    assert wire.missing == []


def test_a_cell_that_is_missing_or_excused_for_nothing_is_found() -> None:
    bare = Wire(name="bare", routes={}, ask=lambda rig: rig.time.sleep(0))

    assert bare.missing == ["empty", "wrong", "key", "400", "429"]
    assert "401" in replace(bare, key="planted").missing
    excused = replace(bare, never={"empty": "it always has something"})
    assert "empty" not in excused.missing
    assert (
        replace(excused, empty={"GET /": lambda asked: Says(204)}).missing[-1].startswith("empty")
    )


def cell(name: str) -> pytest.MarkDecorator:
    """The providers that have this cell; the others say in `never` why not."""
    return pytest.mark.parametrize(
        "wire", [w for w in WIRES if name in w.cells], ids=lambda w: w.name
    )


@every_provider
async def test_a_good_answer_is_live_and_says_where_it_is_from(wire: Wire) -> None:
    async with at(wire) as rig:
        found = list(facts(await wire.ask(rig)))
        lost = rig.server.lost

    assert lost == []
    if not wire.plain:
        assert found
    for fact in found:
        assert fact.source.name and fact.source.attribution
        assert fact.source.confidence is Confidence.LIVE
        assert fact.source.fetched_at.tzinfo is not None


@every_provider
async def test_a_second_question_is_answered_from_the_cache_or_asked_afresh(wire: Wire) -> None:
    """The same answer either way, and never more requests than the first time."""
    async with at(wire) as rig:
        first = await wire.ask(rig)
        once = rig.asked
        second = await wire.ask(rig)

        assert rig.asked <= 2 * once
    assert type(second) is type(first)
    if wire.stale_after is not None:
        assert rig.asked == once


@cell("empty")
async def test_nothing_found_is_nothing_or_an_outage_as_the_provider_means_it(wire: Wire) -> None:
    async with at(wire) as rig:
        for route, handler in wire.empty.items():
            rig.server.serves(route, handler)
        if wire.nothing is OUTAGE:
            await fails(wire, rig)
        else:
            assert await wire.ask(rig) == wire.nothing


@every_provider
async def test_no_content_at_all_is_nothing_or_an_outage(wire: Wire) -> None:
    async with at(wire) as rig:
        rig.server.breaks(says(Says(204)))
        try:
            found = await wire.ask(rig)
        except Unavailable:
            assert rig.cache.kept == {}
        else:
            assert found == wire.nothing


@every_provider
@pytest.mark.parametrize("status", [400, 401, 403])
async def test_a_refusal_is_an_outage_and_not_asked_again(wire: Wire, status: int) -> None:
    async with at(wire) as rig:
        rig.server.breaks(refuses(status, wire.errors.get(status, {"message": "no"})))
        failure = await fails(wire, rig)

        assert f"HTTP {status}" in failure.why
        assert len({(a.method, a.path) for a in rig.server.asked}) == rig.asked
        assert rig.cache.kept == {}


@every_provider
async def test_a_limit_with_a_time_is_kept_to_and_told(wire: Wire) -> None:
    async with at(wire) as rig:
        body = wire.errors.get(429, {"message": "slow down"})
        rig.server.breaks(refuses(429, body, retry_after="120"))
        failure = await fails(wire, rig)
        asked = rig.asked
        await fails(wire, rig)

        assert failure.retry_after == 120
        assert len({(a.method, a.path) for a in rig.server.asked}) == asked
        assert rig.asked == asked  # left alone
        rig.server.heals()
        rig.time.passes(seconds=121)
        await wire.ask(rig)


@every_provider
async def test_a_limit_without_a_time_is_tried_again_a_little_and_then_left_alone(
    wire: Wire,
) -> None:
    async with at(wire) as rig:
        rig.server.breaks(refuses(429, PAGE, content_type="text/html"))
        await fails(wire, rig)
        asked = rig.asked
        await fails(wire, rig)

        routes = {(a.method, a.path) for a in rig.server.asked}
        assert asked == wire.tries * len(routes)
        assert rig.asked == asked


TROUBLE: dict[str, Fault] = {
    "HTML 500": html_500,
    "silence": silence,
    "half and then silence": stalled,
    "cut JSON": cut,
    "connection lost": dropped,
    "HTML 200": says(Says(200, PAGE, HTML)),
    "empty body": says(Says(200, b"")),
    "a number": says(Says(200, 42)),
    "null": says(Says(200, None)),
    "text": says(Says(200, "maintenance")),
}


@every_provider
@pytest.mark.parametrize("trouble", TROUBLE.values(), ids=TROUBLE.keys())
async def test_trouble_is_an_outage_and_leaves_nothing_behind(wire: Wire, trouble: Fault) -> None:
    slow = trouble in (silence, stalled)
    hurry = {"longest_s": 0.05} if slow else {}
    async with at(wire, **hurry) as rig:
        rig.server.breaks(trouble)
        await fails(wire, rig)

        assert rig.cache.kept == {}
        if not slow:
            rig.server.heals()
            await wire.ask(rig)


@cell("wrong")
async def test_success_with_an_error_inside_is_an_outage(wire: Wire) -> None:
    for answer in wire.wrong:
        async with at(wire) as rig:
            rig.server.breaks(says(answer))
            await fails(wire, rig)

            assert rig.cache.kept == {}


@every_provider
async def test_an_old_answer_is_shown_with_its_age_or_not_at_all(wire: Wire) -> None:
    async with at(wire) as rig:
        await wire.ask(rig)
        live = rig.time.now()
        rig.time.passes(seconds=(wire.stale_after.total_seconds() if wire.stale_after else 9e6))
        rig.server.breaks(html_500)
        if wire.stale_after is None:
            await fails(wire, rig)
            return
        found = list(facts(await wire.ask(rig)))

    for fact in found:
        assert fact.source.confidence is Confidence.CACHED
        assert fact.source.fetched_at == live


@cell("key")
async def test_a_key_is_in_no_log_no_error_and_no_cache(
    wire: Wire, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    said: list[str] = []
    async with at(wire) as rig:
        await wire.ask(rig)
        kept = "".join(f"{k}{v.body}{v.etag}" for k, v in rig.cache.kept.items())
        rig.cache.kept.clear()
        sent = rig.server.asked[0]
        echo = {"message": f"{wire.key} is no good", "error": f"{wire.key} is no good"}
        for fault in (
            refuses(400, echo),
            refuses(401, echo),
            refuses(403, f"<html>{wire.key}</html>".encode(), content_type="text/html"),
            refuses(429, echo, retry_after="1"),
            refuses(302, location=f"https://elsewhere.example/?key={wire.key}"),
            says(Says(200, echo)),
            says(Says(200, f"<html>{wire.key}".encode(), HTML)),
            html_500,
            cut,
            dropped,
        ):
            rig.server.heals()
            rig.server.breaks(fault)
            failure = await fails(wire, rig)
            said += [str(failure), repr(failure), failure.why]
            said += traceback.format_exception(failure)
            rig.time.passes(hours=1)

    assert wire.key in f"{sent.query}{sent.headers}{sent.body!r}"
    for text in (*said, kept, caplog.text):
        assert wire.key not in text
