"""The provider client at a real server: POST, pictures, revalidation, limits, and keys kept in."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from email.utils import format_datetime

import pytest
import pytest_asyncio

from adapters.travel.http import LIMITS, MAX_PICTURE_BYTES, Limit, Question, Refused
from adapters.travel.http.limits import Host
from core.errors import Unavailable
from tests.fake_open_meteo import START, Time
from tests.wire.rig import Rig, rig_of
from tests.wire.server import HTML, PAGE, Asked, Fault, Says, html_500, refuses, says

HOUR = timedelta(hours=1)
KEY = "planted-provider-key-77"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(200)


def echo(asked: Asked) -> Says:
    """What was sent, sent back."""
    return Says(200, {"query": dict(asked.query), "body": asked.body.decode()})


def told(asked: Asked) -> Says:
    """A document with a version: 304 for who has it already."""
    same = asked.headers.get("if-none-match") == '"v1"'
    since = asked.headers.get("if-modified-since") == "Mon, 23 Nov 2026 08:00:00 GMT"
    headers = {
        "etag": '"v1"',
        "last-modified": "Mon, 23 Nov 2026 08:00:00 GMT",
        "expires": format_datetime(START + timedelta(hours=2), usegmt=True),
    }
    return Says(304 if same or since else 200, {"value": 1}, headers)


ROUTES = {
    "GET /echo": echo,
    "POST /echo": echo,
    "GET /told": told,
    "GET /none": lambda asked: Says(204),
    "GET /map": lambda asked: Says(200, PNG, {"content-type": "image/png"}),
}


@pytest_asyncio.fixture
async def rig() -> AsyncIterator[Rig]:
    async with rig_of(ROUTES) as made:
        yield made


async def test_a_posted_question_is_answered_kept_and_shared(rig: Rig) -> None:
    async def asks(n: int) -> object:
        url = f"{rig.url}/echo"
        return (await rig.client.post("A", url, json={"n": n}, fresh_for=HOUR)).body["body"]

    first, same, other = await asyncio.gather(asks(1), asks(1), asks(2))

    assert first == same == '{"n":1}'
    assert other == '{"n":2}'
    assert rig.asked == 2
    assert await asks(1) == first and rig.asked == 2


async def test_a_form_is_sent_as_a_form(rig: Rig) -> None:
    await rig.client.post("A", f"{rig.url}/echo", form={"data": "[out:json];node(1);"})
    [asked] = rig.server.asked

    assert asked.form == {"data": "[out:json];node(1);"}
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"


async def test_what_is_not_idempotent_is_sent_once_and_not_kept(rig: Rig) -> None:
    rig.server.breaks(refuses(503))
    with pytest.raises(Refused) as caught:
        await rig.client.post("A", f"{rig.url}/echo", json={}, idempotent=False)
    rig.server.heals()
    await rig.client.post("A", f"{rig.url}/echo", json={}, idempotent=False)
    await rig.client.post("A", f"{rig.url}/echo", json={}, idempotent=False)

    assert caught.value.status == 503
    assert rig.asked == 3
    assert rig.cache.kept == {}


async def test_204_is_empty_and_stays_so_in_the_cache(rig: Rig) -> None:
    first = await rig.client.get("A", f"{rig.url}/none", fresh_for=HOUR)
    second = await rig.client.get("A", f"{rig.url}/none", fresh_for=HOUR)

    assert first.body is second.body is None
    assert first.status == 204 and second.cached
    assert rig.asked == 1


async def test_an_unchanged_document_is_confirmed_and_fresh_again(rig: Rig) -> None:
    async def asks() -> timedelta:
        answer = await rig.client.get("A", f"{rig.url}/told", fresh_for=HOUR, revalidate=True)
        assert answer.body == {"value": 1} and not answer.stale
        return answer.fetched_at - START

    await asks()
    rig.time.passes(minutes=61)
    again = await asks()
    rig.time.passes(minutes=30)
    later = await asks()
    asked = [a.headers.get("if-none-match") for a in rig.server.asked]

    assert again == later == timedelta(minutes=61)
    assert asked == [None, '"v1"']


async def test_without_an_etag_the_date_confirms(rig: Rig) -> None:
    def dated(asked: Asked) -> Says:
        answer = told(asked)
        return Says(answer.status, answer.body, {"last-modified": answer.headers["last-modified"]})

    rig.server.serves("GET /told", dated)
    for _ in range(2):
        await rig.client.get("A", f"{rig.url}/told", fresh_for=HOUR, revalidate=True)
        rig.time.passes(hours=2)
    since = [a.headers.get("if-modified-since") for a in rig.server.asked]

    assert since == [None, "Mon, 23 Nov 2026 08:00:00 GMT"]


async def test_the_providers_expiry_lengthens_ours_when_asked_for(rig: Rig) -> None:
    for how in (True, False):
        await rig.client.get("A", f"{rig.url}/told", {"e": str(how)}, fresh_for=HOUR, expires=how)
    rig.time.passes(minutes=90)
    for how in (True, False):
        await rig.client.get("A", f"{rig.url}/told", {"e": str(how)}, fresh_for=HOUR, expires=how)

    assert [a.query["e"] for a in rig.server.asked] == ["True", "False", "False"]


async def test_what_is_kept_may_be_a_part_of_the_body(rig: Rig) -> None:
    async def asks() -> object:
        url = f"{rig.url}/echo"
        how = rig.client.get("A", url, {"a": "1"}, fresh_for=HOUR, reduce=lambda b: b["query"])
        return (await how).body

    assert await asks() == await asks() == {"a": "1"}
    assert [kept.body for kept in rig.cache.kept.values()] == ['{"a":"1"}']


async def test_a_picture_is_bytes_and_stays_so_in_the_cache(rig: Rig) -> None:
    first = await rig.client.picture("A", f"{rig.url}/map", fresh_for=HOUR)
    second = await rig.client.picture("A", f"{rig.url}/map", fresh_for=HOUR)

    assert first.body == second.body == PNG
    assert second.cached and rig.asked == 1
    assert rig.server.asked[0].headers["accept"] == "image/png, image/jpeg"


@pytest.mark.parametrize(
    "answer",
    [
        Says(200, PAGE, HTML),
        Says(200, {"error": "no"}),
        Says(200, b"", {"content-type": "image/png"}),
        Says(200, b"<svg/>", {"content-type": "image/svg+xml"}),
        Says(200, PNG + bytes(MAX_PICTURE_BYTES), {"content-type": "image/png"}),
    ],
    ids="html json empty svg huge".split(),
)
async def test_what_is_no_picture_is_refused(rig: Rig, answer: Says) -> None:
    rig.server.breaks(says(answer))
    with pytest.raises(Unavailable):
        await rig.client.picture("A", f"{rig.url}/map", fresh_for=HOUR)

    assert rig.cache.kept == {}


async def test_a_request_may_have_a_deadline_of_its_own(rig: Rig) -> None:
    rig.server.breaks(lambda good: Says(200, silent=True))
    with pytest.raises(Unavailable, match="TimeoutError"):
        await rig.client.get("A", f"{rig.url}/echo", fresh_for=HOUR, timeout_s=0.02)


async def test_one_host_is_asked_one_thing_at_a_time() -> None:
    async with rig_of(ROUTES, limit=Limit(1_000, in_flight=1)) as rig:
        questions = (
            rig.client.get("A", f"{rig.url}/echo", {"n": str(n)}, fresh_for=HOUR) for n in range(6)
        )
        await asyncio.gather(*questions)

        assert rig.server.busiest == 1
        assert rig.asked == 6


async def test_the_pace_of_a_host_is_its_own() -> None:
    async with rig_of(ROUTES, limit=Limit(per_second=1)) as rig:
        for n in range(4):
            await rig.client.get("A", f"{rig.url}/echo", {"n": str(n)}, fresh_for=HOUR)

        assert rig.time.steady() == pytest.approx(3.0)


async def test_after_a_429_the_host_rests_as_long_as_its_limit_says() -> None:
    async with rig_of(ROUTES, limit=Limit(1_000, rest_after_429_s=30)) as rig:
        rig.server.breaks(refuses(429, PAGE, content_type="text/html"))
        for _ in range(2):
            with pytest.raises(Unavailable):
                await rig.client.get("A", f"{rig.url}/echo", fresh_for=HOUR)
        asked = rig.asked
        rig.server.heals()
        rig.time.passes(seconds=31)
        await rig.client.get("A", f"{rig.url}/echo", fresh_for=HOUR)

        assert (asked, rig.asked) == (3, 4)


async def test_the_budget_of_a_day_ends_and_comes_back_at_midnight_utc() -> None:
    async with rig_of(ROUTES, limit=Limit(1_000, per_day=10)) as rig:

        async def asks(n: int, weight: float) -> None:
            url = f"{rig.url}/echo"
            await rig.client.get("A", url, {"n": str(n)}, fresh_for=HOUR, weight=weight)

        await asks(1, 4)
        await asks(2, 5.5)
        with pytest.raises(Unavailable, match="budget") as caught:
            await asks(3, 1)
        await asks(4, 0.5)
        rig.time.passes(hours=15)
        await asks(3, 1)

    assert caught.value.retry_after == pytest.approx(15 * 3_600, abs=1)


async def test_the_budget_being_gone_an_older_answer_is_still_shown() -> None:
    async with rig_of(ROUTES, limit=Limit(1_000, per_day=1)) as rig:
        await rig.client.get("A", f"{rig.url}/echo", fresh_for=HOUR)
        rig.time.passes(hours=2)

        assert (await rig.client.get("A", f"{rig.url}/echo", fresh_for=HOUR)).stale
        assert rig.asked == 1


def test_the_public_servers_are_asked_as_their_operators_want() -> None:
    assert LIMITS["nominatim.openstreetmap.org"] == Limit(1, in_flight=1)
    assert LIMITS["overpass-api.de"].in_flight == 1
    assert LIMITS["overpass-api.de"].rest_after_429_s >= 30
    assert (LIMITS["en.wikipedia.org"].in_flight or 99) <= 3
    assert LIMITS["api.weather.gov"].per_second <= 5
    assert LIMITS["app.ticketmaster.com"].per_second <= 2
    open_meteo = [v.per_day or 9e9 for k, v in LIMITS.items() if k.endswith("open-meteo.com")]
    assert sum(open_meteo) <= 8_000


@pytest.mark.parametrize(
    "way",
    [
        {"params": {"apikey": KEY}},
        {"params": {"appid": KEY}},
        {"params": {"sesame": KEY}, "secret_params": ("sesame",)},
        {"headers": {"Authorization": f"Bearer {KEY}"}},
        {"headers": {"X-Api-Key": KEY}},
    ],
    ids="apikey appid named bearer header".split(),
)
async def test_a_key_reaches_the_provider_and_nothing_else(
    rig: Rig, way: dict[str, dict[str, str]], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await rig.client.get("A", f"{rig.url}/told", fresh_for=HOUR, **way)  # type: ignore[arg-type]
    sent = rig.server.asked[0]
    keys = "".join(rig.cache.kept)
    rig.cache.kept.clear()
    rig.server.breaks(refuses(401, {"error": {"message": f"{KEY} is not known"}}))
    with pytest.raises(Refused) as caught:
        await rig.client.get("A", f"{rig.url}/told", fresh_for=HOUR, **way)  # type: ignore[arg-type]

    assert KEY in f"{sent.query}{sent.headers}"
    assert caught.value.why == "HTTP 401: … is not known"
    assert KEY not in keys + caplog.text


def test_two_keys_two_languages_and_two_bodies_are_different_questions() -> None:
    questions = [
        Question("A", "https://a.example/x", params={"apikey": "one-long-key"}),
        Question("A", "https://a.example/x", params={"apikey": "other-long-key"}),
        Question("A", "https://a.example/x", headers={"Accept-Language": "de"}),
        Question("A", "https://a.example/x", headers={"Accept-Language": "fr"}),
        Question("A", "https://a.example/x", method="POST", json={"a": 1}),
        Question("A", "https://a.example/x", method="POST", form={"a": "1"}),
    ]
    assert len({q.key for q in questions}) == len(questions)
    same = Question("A", "https://a.example/x", params={"b": "2", "a": "1"})
    assert same.key == Question("A", "https://a.example/x", params={"a": "1", "b": "2"}).key


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"error": True, "reason": "in the sea"}, "in the sea"),
        ({"message": "no"}, "no"),
        ({"error": {"code": 400, "message": "bad"}}, "bad"),
        ({"errors": [{"code": "DIS1035", "detail": "Query param with date"}]}, "Query param with"),
        ({"fault": {"faultstring": "Invalid ApiKey"}}, "Invalid ApiKey"),
        ({"title": "Invalid Parameter", "status": 400, "detail": "point"}, "point"),
        ([], ""),
        ({"error": {"error": {"error": {"error": {"message": "deep"}}}}}, ""),
    ],
)
async def test_the_providers_own_words_are_told(rig: Rig, body: object, reason: str) -> None:
    rig.server.breaks(refuses(400, body))
    with pytest.raises(Refused, match="HTTP 400") as caught:
        await rig.client.get("A", f"{rig.url}/echo", fresh_for=HOUR)

    assert reason in caught.value.why
    assert bool(reason) == (": " in caught.value.why)


async def test_an_html_page_is_never_quoted(rig: Rig) -> None:
    rig.server.breaks(html_500)
    with pytest.raises(Refused) as caught:
        await rig.client.get("A", f"{rig.url}/echo", fresh_for=HOUR)

    assert caught.value.why == "HTTP 500"


def test_a_rest_is_not_cut_short_by_what_fails_beside_it() -> None:
    """Two requests under way: one is told to wait, the other fails otherwise a moment later."""
    time = Time()
    host = Host(Limit(), time.steady, time.now)
    host.failed(Refused("A", "HTTP 429", 429, retry_after=120))
    host.failed(Unavailable("A", "ReadError"))
    time.passes(seconds=119)

    with pytest.raises(Unavailable, match="left alone"):
        host.awake("A")
    time.passes(seconds=2)
    host.awake("A")


async def test_overpass_rests_half_a_minute_even_when_it_names_less() -> None:
    async with rig_of(ROUTES, limit=LIMITS["overpass-api.de"]) as rig:
        rig.server.breaks(refuses(429, retry_after="5"))
        with pytest.raises(Unavailable):
            await rig.client.get("A", f"{rig.url}/echo", fresh_for=HOUR, retries=0)
        rig.server.heals()
        rig.time.passes(seconds=20)
        with pytest.raises(Unavailable, match="left alone"):
            await rig.client.get("A", f"{rig.url}/echo", fresh_for=HOUR)
        rig.time.passes(seconds=11)
        await rig.client.get("A", f"{rig.url}/echo", fresh_for=HOUR)

        assert rig.asked == 2


@pytest.mark.parametrize("fault", [refuses(401), refuses(403), html_500, says(Says(200, PAGE))])
async def test_who_keeps_refusing_us_is_left_alone_for_half_a_minute(
    rig: Rig, fault: Fault
) -> None:
    """A wrong key or a ban is no reason to knock at every message."""
    rig.server.breaks(fault)
    for n in range(6):
        with pytest.raises(Unavailable):
            await rig.client.get("A", f"{rig.url}/echo", {"n": str(n)}, fresh_for=HOUR)
    asked = rig.asked
    rig.server.heals()
    rig.time.passes(seconds=31)
    await rig.client.get("A", f"{rig.url}/echo", fresh_for=HOUR)

    assert (asked, rig.asked) == (5, 6)


@pytest.mark.parametrize("status", [400, 404, 422])
async def test_a_question_that_is_wrong_does_not_speak_against_the_host(
    rig: Rig, status: int
) -> None:
    rig.server.breaks(refuses(status))
    for n in range(8):
        with pytest.raises(Refused):
            await rig.client.get("A", f"{rig.url}/echo", {"n": str(n)}, fresh_for=HOUR)

    assert rig.asked == 8


def test_a_question_is_written_down_without_what_it_asks() -> None:
    question = Question(
        "A",
        "https://a.example/x",
        params={"apikey": KEY, "q": "Hotel da Baixa"},
        headers={"Authorization": KEY},
        json={"token": KEY},
        form={"data": KEY},
    )

    assert KEY not in repr(question)
    assert "Baixa" not in repr(question)
