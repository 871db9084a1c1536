"""Slack's signature: what is not surely Slack's is a 401, never a 500."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.chat.slack.signature import is_signed
from tests.fake_slack import SECRET, event, said, signature
from tests.slack_bot import running

NOW = 1_795_000_000.0
BODY = b'{"type":"event_callback"}'

Headers = list[tuple[bytes, bytes]]


def headers(at: str = "1795000000", sign: str | None = None) -> Headers:
    given = signature(BODY, at) if sign is None else sign
    return [
        (b"X-Slack-Request-Timestamp", at.encode()),
        (b"x-slack-signature", given.encode()),
    ]


def test_a_delivery_of_slack_is_taken() -> None:
    assert is_signed(headers(), BODY, SECRET, NOW)


def test_the_example_of_slacks_documentation_is_right() -> None:
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow"
        b"&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner"
        b"&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands"
        b"%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
        b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    sign = b"v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    given = [(b"X-Slack-Request-Timestamp", b"1531420618"), (b"X-Slack-Signature", sign)]

    assert is_signed(given, body, "8f742231b10e8888abcd99yyyzzz85a5", 1_531_420_618)


@pytest.mark.parametrize(
    "given",
    [
        [],
        headers()[:1],
        headers()[1:],
        headers() + headers()[:1],
        headers() + headers()[1:],
        headers(at="abc"),
        headers(at=""),
        headers(at="-1795000000"),
        headers(at="1795000000.5"),
        headers(at="9" * 400),
        headers(at="١٧٩٥٠٠٠٠٠٠"),
        headers(sign=""),
        headers(sign="v0="),
        headers(sign="v0=é"),
        headers(sign=signature(BODY, "1795000000").upper()),
        headers(sign=signature(BODY, "1795000000")[3:]),
        headers(sign=signature(BODY + b" ", "1795000000")),
        headers(sign=signature(BODY, "1795000000", "another secret")),
        headers(at="1794999699"),  # five minutes and a second old
        headers(at="1795000301"),
    ],
)
def test_what_is_not_surely_slacks_is_refused(given: Headers) -> None:
    assert not is_signed(given, BODY, SECRET, NOW)


@given(at=st.binary(max_size=40), sign=st.binary(max_size=100), body=st.binary(max_size=100))
def test_odd_headers_are_a_no_and_never_an_exception(at: bytes, sign: bytes, body: bytes) -> None:
    given_headers = [(b"X-Slack-Request-Timestamp", at), (b"X-Slack-Signature", sign)]

    assert is_signed(given_headers, body, SECRET, NOW) is False


def test_nothing_is_signed_with_an_empty_secret() -> None:
    given = headers(sign=signature(BODY, "1795000000", ""))

    assert not is_signed(given, BODY, "", NOW)


@pytest.mark.fault("G6")
async def test_a_forged_replayed_old_or_odd_signature_is_a_401_and_nothing_is_kept(
    tmp_path: Path,
) -> None:
    body = b'{"type":"event_callback","event_id":"Ev1","team_id":"T0CARAVAN"}'
    async with running(tmp_path / "c.sqlite") as rig:
        now = str(int(rig.clock.now().timestamp()))
        good = signature(body, now)
        old = str(int(now) - 301)
        attempts = [
            {"X-Slack-Signature": "v0=" + "0" * 64},
            {"X-Slack-Signature": good.replace("v0=", "v1=")},
            {"X-Slack-Signature": "v0=é"},
            {"X-Slack-Signature": ""},
            {"X-Slack-Request-Timestamp": "abc"},
            {"X-Slack-Request-Timestamp": "1e9"},
            {"X-Slack-Request-Timestamp": old, "X-Slack-Signature": signature(body, old)},
            {"X-Slack-Signature": signature(body + b" ", now)},
            {"X-Slack-Signature": signature(body, now, "guessed")},
        ]
        answers = [await rig.posts.post(body, **headers) for headers in attempts]
        rig.clock.passes(minutes=6)
        replay = {"X-Slack-Request-Timestamp": now, "X-Slack-Signature": good}
        answers.append(await rig.posts.post(body, **replay))

        assert [a.status for a in answers] == [401] * len(answers)
        assert (await rig.app.store.counts()).get("inbox.waiting", 0) == 0


async def test_what_is_signed_but_no_payload_is_a_400_and_what_is_too_big_a_413(
    tmp_path: Path,
) -> None:
    async with running(tmp_path / "c.sqlite") as rig:
        odd = [
            await rig.posts.post(b"not json"),
            await rig.posts.post(b"[1]"),
            await rig.posts.post(b"\xff\xfe"),
            await rig.posts.post(b"[" * 50_000 + b"]" * 50_000),
            await rig.posts.post(b'{"a":' * 200 + b"1" + b"}" * 200),
            await rig.posts.post(b"payload=%7Bnope", form=True),
            await rig.posts.post(b'{"type":"event_callback","team_id":"T0CARAVAN","event":5}'),
            await rig.posts.post(b'{"authorizations":7,"team_id":"T0CARAVAN"}'),
        ]
        big = await rig.posts.post(b'{"a":"' + b"x" * 256 * 1024 + b'"}')
        fine = await rig.posts.event(event(said("hello", ts="1795000000.000001", channel="D0ANA")))

        assert {a.status for a in odd} <= {200, 400}
        assert (big.status, fine.status) == (413, 200)
