"""Answers that grow in Slack: native streams in threads, edits elsewhere, and how both end."""

from __future__ import annotations

import asyncio

import pytest

from adapters.chat.slack.ports import place
from core.messages import Choice, Choices, File, Text
from core.ports import NotNow, Uncertain
from tests.fake_slack import ANA, CHANNEL, DIRECT, TEAM
from tests.fake_slack_api import seen
from tests.slack_rig import ANAS, THREAD, outgoing_to, reply, slack_server
from tests.telegram_rig import Time

YES = Choices(options=(Choice(id="yes", label="Yes"),))
DIRECT_THREAD = place(TEAM, DIRECT, "1794999999.000001", direct=True)


@pytest.fixture
async def server():
    async with slack_server() as both:
        yield both


@pytest.fixture
def slack(server):
    return server[0]


@pytest.fixture
def api(server):
    return server[1]


@pytest.fixture
def time():
    return Time()


@pytest.fixture
async def outgoing(slack, time):
    made = outgoing_to(slack, time)
    yield made
    await made.aclose()


async def shows(outgoing, api, text, *, to=THREAD, answers="", until=None):
    """Show a draft and wait until people see it."""
    await outgoing.show(reply(Text(markdown=text), to=to, final=False, answers=answers))
    channel = to.chat_id.split("/")[1]
    await api.until(lambda: (until or text) in api.seen(channel))


def methods(slack):
    return [call.method for call in slack.calls]


async def test_an_answer_in_a_thread_is_streamed_to_the_one_who_asked(slack, api, outgoing):
    for text in ("Lisbon", "Lisbon is", "Lisbon is lovely."):
        await shows(outgoing, api, text)
    [ts] = await outgoing.send(reply(Text(markdown="Lisbon is lovely. Go?"), YES, to=THREAD))

    [message] = api.messages(CHANNEL)
    assert methods(slack) == [
        "chat.startStream",
        "chat.appendStream",
        "chat.appendStream",
        "chat.stopStream",
    ]
    start, first, *_ = slack.calls
    assert start.arguments["recipient_user_id"] == ANA
    assert start.arguments["recipient_team_id"] == TEAM
    assert first.arguments["markdown_text"] == " is"
    assert seen(message) == "Lisbon is lovely. Go?\n[Yes]"
    assert message["ts"] == ts
    assert message["metadata"]["event_payload"] == {"key": "r1", "part": 0}


async def test_a_final_answer_that_says_something_else_replaces_the_stream(slack, api, outgoing):
    await shows(outgoing, api, "Looking up the weather …")

    await outgoing.send(reply(Text(markdown="Sun all day."), YES, to=THREAD))

    assert api.seen(CHANNEL) == ["Sun all day.\n[Yes]"]
    assert api.messages(CHANNEL)[0]["text"] == "Sun all day."
    assert methods(slack)[1:] == ["chat.stopStream", "chat.update"]


async def test_a_draft_that_does_not_go_on_is_edited_instead(slack, api, outgoing):
    await shows(outgoing, api, "Looking up the weather …")
    await shows(outgoing, api, "Sun")
    await outgoing.send(reply(Text(markdown="Sun all day."), to=THREAD))

    assert api.seen(CHANNEL) == ["Sun all day."]
    assert methods(slack) == ["chat.startStream", "chat.stopStream", "chat.update", "chat.update"]


async def test_a_stream_that_slack_has_closed_goes_on_by_edits(slack, api, outgoing):
    await shows(outgoing, api, "Lisbon")
    api.closes_streams(CHANNEL)
    await shows(outgoing, api, "Lisbon is")
    await outgoing.send(reply(Text(markdown="Lisbon is lovely."), to=THREAD))

    assert api.seen(CHANNEL) == ["Lisbon is lovely."]
    assert len(api.messages(CHANNEL)) == 1


async def test_a_stream_closed_before_the_final_answer_still_ends_complete(api, outgoing):
    await shows(outgoing, api, "Lisbon")
    api.closes_streams(CHANNEL)

    await outgoing.send(reply(Text(markdown="Lisbon is lovely."), YES, to=THREAD))

    assert api.seen(CHANNEL) == ["Lisbon is lovely.\n[Yes]"]


@pytest.mark.parametrize("error", ["unknown_method", "missing_scope", "feature_not_enabled"])
async def test_a_workspace_without_streams_is_remembered(slack, api, outgoing, error):
    slack.refuse("chat.startStream", error)
    await shows(outgoing, api, "One", answers="q1")
    await shows(outgoing, api, "Two", answers="q2")

    assert methods(slack) == ["chat.startStream", "chat.postMessage", "chat.postMessage"]


async def test_one_refused_stream_says_nothing_about_the_next(slack, api, outgoing):
    slack.refuse("chat.startStream", "missing_recipient_user_id")
    await shows(outgoing, api, "One", answers="q1")
    await shows(outgoing, api, "Two", answers="q2")

    assert methods(slack) == ["chat.startStream", "chat.postMessage", "chat.startStream"]


async def test_without_a_known_reader_a_channel_gets_edits_a_direct_thread_a_stream(
    slack, api, outgoing
):
    await shows(outgoing, api, "One", answers="nobody-1")
    await shows(outgoing, api, "Two", answers="nobody-2", to=DIRECT_THREAD)

    assert methods(slack) == ["chat.postMessage", "chat.startStream"]


async def test_a_direct_message_grows_by_edits_at_their_pace(slack, api, outgoing, time):
    began = time.at
    await shows(outgoing, api, "Lisbon", to=ANAS)
    await shows(outgoing, api, "Lisbon is", to=ANAS)
    at = time.at
    await outgoing.send(reply(Text(markdown="Lisbon is lovely."), YES))

    assert methods(slack) == ["chat.postMessage", "chat.update", "chat.update"]
    assert api.seen(DIRECT) == ["Lisbon is lovely.\n[Yes]"]
    assert at - began >= 2.5  # half a second before the first, two before the second
    assert all(m.get("unfurl_links") is not True for m in api.messages(DIRECT))


async def test_an_answer_that_is_ready_at_once_needs_no_placeholder(slack, api, outgoing):
    await outgoing.show(reply(Text(markdown="Lis"), to=ANAS, final=False))
    await outgoing.send(reply(Text(markdown="Lisbon.")))

    assert methods(slack) == ["chat.postMessage"]


async def test_a_late_draft_does_not_cover_the_final_answer(slack, api, outgoing):
    await outgoing.send(reply(Text(markdown="Done."), to=THREAD))
    await outgoing.show(reply(Text(markdown="Looking …"), to=THREAD, final=False))
    await asyncio.sleep(0)

    assert api.seen(CHANNEL) == ["Done."]


async def test_a_placeholder_that_somebody_deleted_is_no_loss(api, outgoing):
    await shows(outgoing, api, "Lisbon", to=ANAS)
    api.messages(DIRECT).clear()

    await outgoing.send(reply(Text(markdown="Lisbon is lovely.")))

    assert api.seen(DIRECT) == ["Lisbon is lovely."]


@pytest.mark.parametrize("to", [ANAS, THREAD], ids=["edited", "streamed"])
async def test_what_was_shown_before_a_file_goes_away(api, outgoing, to):
    await shows(outgoing, api, "Drawing the map …", to=to)
    file = File(name="map.png", media_type="image/png", content=b"PNG")

    await outgoing.send(reply(file, to=to))

    [message] = api.messages(to.chat_id.split("/")[1])
    assert message["files"][0]["title"] == "map.png"


@pytest.mark.parametrize("done", [True, False])
async def test_an_append_in_doubt_never_leaves_half_or_double_text(slack, api, outgoing, done):
    await shows(outgoing, api, "Lisbon")
    api.lose("chat.appendStream", done=done)
    await outgoing.show(reply(Text(markdown="Lisbon is"), to=THREAD, final=False))
    await api.until(lambda: slack.called("chat.appendStream"))
    await outgoing.send(reply(Text(markdown="Lisbon is lovely."), to=THREAD))

    assert api.seen(CHANNEL) == ["Lisbon is lovely."]


@pytest.mark.parametrize("done", [True, False])
async def test_a_stop_in_doubt_is_asked_about_and_ends_with_one_whole_answer(api, outgoing, done):
    final = reply(Text(markdown="Lisbon is lovely."), YES, to=THREAD)
    await shows(outgoing, api, "Lisbon")
    api.lose("chat.stopStream", done=done)
    with pytest.raises(Uncertain):
        await outgoing.send(final)

    await outgoing.send(final, resend=True)

    assert api.seen(CHANNEL) == ["Lisbon is lovely.\n[Yes]"]


async def test_a_429_of_a_draft_is_obeyed_by_drafts_and_finals_of_that_method(
    slack, api, outgoing, time
):
    await shows(outgoing, api, "Lisbon", to=ANAS)
    api.lose("chat.update", "429", done=False)
    await outgoing.show(reply(Text(markdown="Lisbon is"), to=ANAS, final=False))
    await api.until(lambda: slack.called("chat.update"))
    await outgoing.show(reply(Text(markdown="Lisbon is l"), to=ANAS, final=False))
    with pytest.raises(NotNow):
        await outgoing.send(reply(Text(markdown="Lisbon is lovely.")))
    assert len(slack.called("chat.update")) == 1

    time.at += 30
    await outgoing.send(reply(Text(markdown="Lisbon is lovely.")))

    assert api.seen(DIRECT) == ["Lisbon is lovely."]


async def test_a_draft_before_the_token_is_known_is_only_lost(slack, api, time):
    """The token's absence is an error of a reply; a draft has none."""
    asked: list[str] = []

    async def not_yet(team: str) -> str:
        asked.append(team)
        raise NotNow(1.0, "not signed in at Slack yet")

    outgoing = outgoing_to(slack, time, tokens=not_yet)
    await outgoing.show(reply(Text(markdown="Lisbon"), to=THREAD, final=False))
    while not asked:
        await time.sleep(0)
    await outgoing.publish_home(TEAM, ANA, {"type": "home", "blocks": []})
    with pytest.raises(NotNow):
        await outgoing.send(reply(Text(markdown="Lisbon."), to=THREAD))
    await outgoing.aclose()

    assert outgoing.counts["draft lost"] == 1
    assert slack.calls == []


async def test_a_draft_shows_nothing_that_rings(api, outgoing):
    await shows(outgoing, api, "Hey <!chan", until="Hey <!chan")
    await outgoing.show(reply(Text(markdown="Hey <!channel> @here"), to=THREAD, final=False))
    await outgoing.send(reply(Text(markdown="Hey <!channel> @here <@U0BEN>"), to=THREAD))

    assert api.rings(CHANNEL) == []
    assert "Hey <!channel>" in api.seen(CHANNEL)[0]
