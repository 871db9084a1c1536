"""The client of all providers: what it asks again, how fast, what it keeps and what it hides."""

from __future__ import annotations

import asyncio
import gc
import logging
import random
from collections.abc import AsyncIterator
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import pytest
import pytest_asyncio

from adapters.travel.http import MAX_BODY_BYTES, Answer, ProviderClient
from core.errors import Unavailable
from core.ports import Cached
from tests.fake_open_meteo import (
    HTML_500,
    SILENCE,
    START,
    DictCache,
    FakeOpenMeteo,
    Says,
    Time,
    refusal,
)

URL = "https://api.open-meteo.test/v1/forecast"
KEY = "sk-planted-provider-key"
ASKED = {
    "latitude": "38.72",
    "longitude": "-9.13",
    "timezone": "auto",
    "forecast_days": "16",
    "daily": "temperature_2m_max",
    "apikey": KEY,
}
OVERLOADED = Says(503, {"error": True})


class Desk:
    """A client at a fake provider, and the question it always asks."""

    def __init__(self, **options: Any) -> None:
        self.time = Time()
        self.provider = FakeOpenMeteo(self.time)
        self.cache = DictCache()
        self.client = ProviderClient(
            self.cache,
            self.time,
            user_agent="Caravan/test (+ops@example.org)",
            transport=self.provider.transport,
            sleep=self.time.sleep,
            steady=self.time.steady,
            rng=random.Random(7),
            **options,
        )

    async def asks(self, **other: str) -> Answer:
        fresh = timedelta(hours=1)
        return await self.client.get("Open-Meteo", URL, ASKED | other, fresh_for=fresh)

    async def fails(self, **other: str) -> Unavailable:
        with pytest.raises(Unavailable) as caught:
            await self.asks(**other)
        return caught.value


@pytest_asyncio.fixture
async def desk() -> AsyncIterator[Desk]:
    made = Desk(timeout_s=0.05, patience_s=0.01)
    yield made
    await made.client.aclose()


async def test_an_answer_is_fresh_from_the_provider_with_its_moment(desk: Desk) -> None:
    answer = await desk.asks()

    assert answer.fetched_at == START
    assert not answer.cached and not answer.stale
    assert desk.provider.headers[0]["user-agent"] == "Caravan/test (+ops@example.org)"


@pytest.mark.parametrize("status", [429, 502, 503, 504])
async def test_passing_trouble_is_asked_again_at_most_twice(desk: Desk, status: int) -> None:
    desk.provider.always = Says(status, {"error": True})
    failure = await desk.fails()

    assert f"HTTP {status}" in failure.why
    assert len(desk.provider.asked) == 3


async def test_one_bad_moment_is_not_noticed(desk: Desk) -> None:
    desk.provider.plays(OVERLOADED)
    answer = await desk.asks()

    assert answer.body["daily"]
    assert len(desk.provider.asked) == 2


@pytest.mark.parametrize(
    "says",
    [
        refusal(400, "Latitude must be in range of -90 to 90°."),
        refusal(401, "Invalid API key"),
        Says(403, b"no"),
        Says(404, b""),
        Says(301, b"", {"location": "https://elsewhere.test/"}),
        HTML_500,
    ],
    ids=lambda s: str(s.status),
)
async def test_lasting_trouble_is_not_asked_again(desk: Desk, says: Says) -> None:
    desk.provider.always = says
    failure = await desk.fails()

    assert f"HTTP {says.status}" in failure.why
    assert len(desk.provider.asked) == 1


async def test_silence_ends_with_a_deadline(desk: Desk) -> None:
    desk.provider.always = SILENCE
    failure = await desk.fails()

    assert failure.why == "TimeoutError"
    assert len(desk.provider.asked) == 3


async def test_a_short_retry_after_is_waited_for_in_full(desk: Desk) -> None:
    desk.provider.plays(refusal(429, "busy", retry_after="2"))
    await desk.asks()

    assert max(desk.time.slept) >= 2


async def test_a_retry_after_that_is_a_date_is_understood(desk: Desk) -> None:
    later = format_datetime(START + timedelta(seconds=90), usegmt=True)
    desk.provider.always = refusal(429, "busy", retry_after=later)
    failure = await desk.fails()

    assert failure.retry_after == pytest.approx(90, abs=1)


@pytest.mark.parametrize("nonsense", ["soon", "-5", "²", "9" * 400, "Mon, 99 Foo 2026"])
async def test_a_retry_after_that_means_nothing_does_no_harm(desk: Desk, nonsense: str) -> None:
    desk.provider.plays(Says(429, b"", {"retry-after": nonsense.encode().decode("latin-1")}))
    await asyncio.gather(desk.asks(), return_exceptions=True)

    assert len(desk.provider.asked) in (1, 2)


async def test_a_provider_that_asks_for_a_long_wait_is_left_alone_until_then(desk: Desk) -> None:
    desk.provider.always = refusal(429, "busy", retry_after="120")
    await desk.fails()
    desk.provider.always = None
    desk.time.passes(seconds=119)
    early = await desk.fails(longitude="1.00")
    desk.time.passes(seconds=2)
    await desk.asks(longitude="1.00")

    assert early.retry_after == pytest.approx(1, abs=0.1)
    assert len(desk.provider.asked) == 2


@pytest.mark.parametrize(
    ("reason", "seconds"),
    [
        ("Minutely API request limit exceeded. Please try again in one minute.", 60),
        ("Hourly API request limit exceeded. Please try again in the next hour.", 3_600),
        ("Daily API request limit exceeded. Please try again tomorrow.", 15 * 3_600),
    ],
)
async def test_a_429_without_a_header_is_believed_in_words(
    desk: Desk, reason: str, seconds: float
) -> None:
    desk.provider.always = refusal(429, reason)
    failure = await desk.fails()

    assert failure.retry_after == seconds
    assert len(desk.provider.asked) == 1


async def test_after_five_failed_questions_the_provider_rests_for_half_a_minute(desk: Desk) -> None:
    desk.provider.always = OVERLOADED
    for number in range(5):
        await desk.fails(longitude=f"{number}.00")
    asked = len(desk.provider.asked)
    await desk.fails(longitude="9.00")
    rested = len(desk.provider.asked)
    desk.provider.always = None
    desk.time.passes(seconds=31)
    await desk.asks(longitude="9.00")

    assert rested == asked
    assert len(desk.provider.asked) == asked + 1


async def test_a_host_gets_five_requests_a_second_and_no_more(desk: Desk) -> None:
    for number in range(10):
        await desk.asks(longitude=f"{number}.00")

    assert desk.time.steady() == pytest.approx(1.8)


async def test_when_too_many_wait_the_next_one_is_told_at_once() -> None:
    busy = Desk()
    busy.client._sleep = _forever  # nobody's turn comes
    waiting = [asyncio.create_task(busy.asks(longitude=f"{n}.00")) for n in range(60)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    failure = await busy.fails(longitude="99.00")
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    await busy.client.aclose()

    assert failure.why == "too many questions at once"


async def _forever(seconds: float) -> None:
    await asyncio.Event().wait()


async def test_twenty_at_the_same_time_are_one_request(desk: Desk) -> None:
    answers = await asyncio.gather(*(desk.asks() for _ in range(20)))

    assert len(desk.provider.asked) == 1
    assert len({a.fetched_at for a in answers}) == 1


async def test_who_leaves_early_takes_nothing_from_the_others(desk: Desk) -> None:
    first = asyncio.create_task(desk.asks())
    second = asyncio.create_task(desk.asks())
    await asyncio.sleep(0)
    first.cancel()

    assert (await second).body["daily"]


async def test_a_failure_that_nobody_waits_for_any_more_is_not_logged(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.provider.always = refusal(401, "Invalid API key")
    waiting = asyncio.create_task(desk.asks())
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    await asyncio.gather(*desk.client._in_flight.values(), return_exceptions=True)
    gc.collect()

    assert "never retrieved" not in caplog.text


async def test_a_fresh_answer_is_not_asked_for_again(desk: Desk) -> None:
    await desk.asks()
    desk.time.passes(minutes=59)
    answer = await desk.asks()

    assert len(desk.provider.asked) == 1
    assert answer.cached and not answer.stale
    assert answer.fetched_at == START


async def test_an_old_answer_is_served_with_its_age_when_the_provider_fails(desk: Desk) -> None:
    await desk.asks()
    desk.time.passes(hours=5)
    desk.provider.always = HTML_500
    answer = await desk.asks()

    assert answer.stale and answer.cached
    assert answer.fetched_at == START


async def test_an_old_answer_is_served_when_the_provider_is_slow(desk: Desk) -> None:
    await desk.asks()
    desk.time.passes(hours=5)
    desk.provider.always = SILENCE

    assert (await desk.asks()).stale


async def test_a_very_old_answer_is_not_served_at_all(desk: Desk) -> None:
    await desk.asks()
    desk.time.passes(hours=25)
    desk.provider.always = HTML_500

    assert "HTTP 500" in (await desk.fails()).why


async def test_a_broken_cache_entry_counts_as_none(desk: Desk) -> None:
    await desk.asks()
    [key] = desk.cache.kept
    desk.cache.kept[key] = Cached(
        body="{", fetched_at=START, fresh_until=START + timedelta(hours=1)
    )

    assert not (await desk.asks()).cached


@pytest.mark.parametrize(
    "body",
    [b'{"daily": {"time": ["2026-', b"", b"<html>", b"\xff\xfe", b"NaN", b"[" * 2_000],
    ids=["cut", "empty", "html", "not text", "nan", "deep"],
)
async def test_what_is_not_json_is_neither_used_nor_kept(desk: Desk, body: bytes) -> None:
    desk.provider.always = Says(200, body)

    assert (await desk.fails()).why == "the answer is not JSON"
    assert desk.cache.kept == {}


async def test_a_huge_body_is_refused(desk: Desk) -> None:
    desk.provider.always = Says(200, b" " * (MAX_BODY_BYTES + 1))

    assert (await desk.fails()).why == "the answer is too large"


async def test_keys_and_addresses_stay_out_of_logs_and_errors(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="adapters")
    desk.provider.plays(refusal(401, f"The key {KEY} is not valid\nsecond line"))
    failure = await desk.fails()

    assert "The key … is not valid second line" in failure.why
    for text in (str(failure), repr(failure), caplog.text):
        assert KEY not in text and "open-meteo.test" not in text


async def test_an_address_nobody_can_call_is_unavailable_and_not_repeated() -> None:
    client = ProviderClient(DictCache(), Time(), user_agent="x")
    for url in ("ftp://user:secret@example.org/", "https://[secret/", "https://a:secret/"):
        with pytest.raises(Unavailable) as caught:
            await client.get("Nobody", url, {}, fresh_for=timedelta(hours=1))
        assert "secret" not in str(caught.value)
    await client.aclose()


async def test_a_contact_with_any_letters_makes_a_valid_header() -> None:
    time = Time()
    provider = FakeOpenMeteo(time)
    client = ProviderClient(
        DictCache(), time, user_agent="Caravan (+Zoë\r\nX: y)", transport=provider.transport
    )
    await client.get("Open-Meteo", URL, ASKED, fresh_for=timedelta(hours=1))
    await client.aclose()

    assert provider.headers[0]["user-agent"] == "Caravan (+Zo???X: y)"


async def test_closing_ends_what_is_under_way() -> None:
    desk = Desk()
    desk.provider.always = SILENCE
    waiting = asyncio.create_task(desk.asks())
    await desk.provider.called.wait()
    await desk.client.aclose()

    assert (await asyncio.gather(waiting, return_exceptions=True))[0] is not None
