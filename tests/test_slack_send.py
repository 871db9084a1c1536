"""Replies out to Slack, against a Web API on loopback: forms, limits, errors, resuming."""

from __future__ import annotations

import pytest

from adapters.chat.slack.home import PROMPTS
from adapters.chat.slack.outgoing import CAPABILITIES
from adapters.chat.slack.ports import ChannelGone, WorkspaceGone, place
from core.errors import Misconfigured
from core.fit import fit
from core.messages import Choice, Choices, File, Pin, Text
from core.ports import NotNow, Refused, Uncertain
from core.text import escape
from tests.fake_slack import BOT_TOKEN, CHANNEL, DIRECT, TEAM
from tests.fake_slack_api import seen
from tests.slack_rig import ANAS, THREAD, outgoing_to, reply, slack_server
from tests.telegram_rig import Time

YES_NO = Choices(options=(Choice(id="yes", label="Yes"), Choice(id="no", label="No")))
CALENDAR = File(
    name="../trip.ics", media_type="text/calendar", content=b"BEGIN", caption="Days & <b>"
)


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


async def test_a_reply_is_one_message_with_markdown_buttons_and_a_notification(
    slack, api, outgoing
):
    [ts] = await outgoing.send(reply(Text(markdown="**Lisbon** it is"), YES_NO))

    [message] = api.messages(DIRECT)
    assert message["ts"] == ts
    assert seen(message) == "**Lisbon** it is\n[Yes] [No]"
    assert message["text"] == "Lisbon it is"
    buttons = message["blocks"][1]["elements"]
    assert [b["value"] for b in buttons] == ["c:yes", "c:no"]
    [call] = slack.called("chat.postMessage")
    assert call.arguments["unfurl_links"] is False
    assert call.arguments["unfurl_media"] is False
    assert call.token == BOT_TOKEN


async def test_what_is_said_in_a_thread_stays_there(api, outgoing):
    await outgoing.send(reply(Text(markdown="Noted."), CALENDAR, to=THREAD))

    assert [m["thread_ts"] for m in api.messages(CHANNEL)] == [THREAD.thread_id] * 2


@pytest.mark.parametrize("name", ["*5* <b>_x_</b>", "{profile} %s", "[a](b) `c` &lt;", "1. #2 | ~"])
async def test_what_people_wrote_stays_literal(api, outgoing, name):
    await outgoing.send(reply(Text(markdown=f"Day 1 {escape(name)}")))

    assert api.seen(DIRECT) == [f"Day 1 {name}"]


async def test_pins_are_links_and_files_come_in_their_order(api, outgoing):
    pin = Pin(title="Torre <de> Belém", lat=38.69, lon=-9.2)

    await outgoing.send(fit(reply(Text(markdown="Here"), pin, CALENDAR, YES_NO), CAPABILITIES))

    first, file, last = api.messages(DIRECT)
    assert "Torre <de> Belém](https://www.openstreetmap.org/?mlat=38.69000" in seen(first)
    assert file["text"] == "Days &amp; &lt;b&gt;"
    assert list(api.contents.values()) == [b"BEGIN"]
    assert "/" not in file["files"][0]["title"]
    assert seen(last) == "[Yes] [No]"


async def test_forty_choices_are_two_rows_and_long_labels_are_cut(api, outgoing):
    options = tuple(Choice(id=f"n:{n}", label=f"{n} {'long ' * 30}") for n in range(40))

    await outgoing.send(reply(Text(markdown="Which?"), Choices(options=options)))

    [message] = api.messages(DIRECT)
    rows = [b["elements"] for b in message["blocks"] if b["type"] == "actions"]
    assert [len(row) for row in rows] == [25, 15]
    assert max(len(b["text"]["text"]) for row in rows for b in row) <= 75


async def test_a_very_long_answer_comes_whole_in_several_messages(api, outgoing):
    lines = [f"{n}. {escape('<*_&>' * 12)}" for n in range(400)]

    await outgoing.send(fit(reply(Text(markdown="\n".join(lines)), YES_NO), CAPABILITIES))

    said = "\n".join(api.seen(DIRECT))
    assert all(f"{n}. {'<*_&>' * 12}" in said for n in range(400))
    assert len(api.messages(DIRECT)) > 1
    assert seen(api.messages(DIRECT)[-1]).endswith("[Yes] [No]")


@pytest.mark.parametrize(
    "error", ["invalid_blocks", "msg_blocks_too_long", "invalid_metadata_format"]
)
async def test_what_slack_refuses_as_blocks_goes_out_as_plain_words(slack, api, outgoing, error):
    slack.refuse("chat.postMessage", error)

    await outgoing.send(reply(Text(markdown="**Go?** a < b"), YES_NO))

    assert api.seen(DIRECT) == ["Go? a < b\n\n1. Yes\n2. No"]
    assert outgoing.counts["sent plain"] == 1


# --- who cannot be reached ---------------------------------------------------------------------


async def test_an_archived_channel_is_told_apart_from_a_workspace_without_us(slack, api, outgoing):
    api.archived.add(CHANNEL)
    with pytest.raises(ChannelGone, match="is_archived"):
        await outgoing.send(reply(Text(markdown="Hi"), to=THREAD))

    await outgoing.send(reply(Text(markdown="Hi"), id="r2"))
    slack.refuse("chat.postMessage", "token_revoked")
    with pytest.raises(WorkspaceGone, match="token_revoked"):
        await outgoing.send(reply(Text(markdown="Hi again"), id="r3"))
    with pytest.raises(WorkspaceGone, match="not installed"):
        await outgoing.send(reply(Text(markdown="Hi"), to=place("T0OTHER", "D1"), id="r4"))

    assert api.seen(DIRECT) == ["Hi"]
    assert len(slack.called("chat.postMessage")) == 3  # nothing was tried twice


@pytest.mark.parametrize("error", ["channel_not_found", "not_in_channel", "account_inactive"])
async def test_nobody_is_asked_again_where_nobody_is(slack, outgoing, error):
    slack.refuse("chat.postMessage", error)

    with pytest.raises(WorkspaceGone if error == "account_inactive" else ChannelGone):
        await outgoing.send(reply(Text(markdown="Hi")))

    assert len(slack.called("chat.postMessage")) == 1


async def test_a_429_pauses_its_method_in_its_workspace_only(slack, api, outgoing, time):
    slack.refuse("chat.postMessage", "ratelimited", retry_after=37)
    with pytest.raises(NotNow) as paused:
        await outgoing.send(reply(Text(markdown="one"), to=THREAD))
    with pytest.raises(NotNow) as still:
        await outgoing.send(reply(Text(markdown="two")))
    await outgoing.publish_home(TEAM, "U1", {"type": "home", "blocks": [{"type": "divider"}]})
    time.at += 37
    await outgoing.send(reply(Text(markdown="two")))

    assert paused.value.seconds == 37
    assert still.value.seconds == pytest.approx(37)
    assert api.homes["U1"]
    assert api.seen(DIRECT) == ["two"]
    assert len(slack.called("chat.postMessage")) == 2


async def test_a_channel_gets_about_one_message_a_second(api, outgoing, time):
    for n in range(6):
        await outgoing.send(reply(Text(markdown=f"{n}"), id=f"r{n}"))

    assert len(api.seen(DIRECT)) == 6
    assert sum(time.naps) == pytest.approx(3, abs=0.1)  # three at once, then one a second


async def test_a_server_that_is_not_there_is_not_now(slack, outgoing):
    await slack.aclose()

    with pytest.raises(NotNow):
        await outgoing.send(reply(Text(markdown="Hi")))


def test_an_address_that_is_none_is_told_by_its_setting():
    with pytest.raises(Misconfigured, match="SLACK_API_BASE_URL"):
        outgoing_to(type("Nowhere", (), {"base_url": "slack.com/api"})())


async def test_an_answer_to_no_reply_is_refused_once(slack, outgoing):
    slack.refuse("chat.postMessage", "invalid_arguments", "invalid_arguments")

    with pytest.raises(Refused):
        await outgoing.send(reply(Text(markdown="Hi")))


@pytest.mark.parametrize("method", ["files.getUploadURLExternal", "files.completeUploadExternal"])
async def test_a_file_that_slack_does_not_take_is_told_in_words(slack, api, outgoing, method):
    slack.refuse(method, "missing_scope")

    await outgoing.send(reply(Text(markdown="See"), CALENDAR, Text(markdown="Bye")))

    assert api.seen(DIRECT) == [
        "See",
        "I could not put the file trip.ics here: Slack does not take it.",
        "Bye",
    ]


async def test_an_address_that_is_not_slack_loses_no_reply(api, outgoing):
    api.lose("chat.postMessage", "404", done=False)
    with pytest.raises(NotNow):
        await outgoing.send(reply(Text(markdown="Hi")))

    await outgoing.send(reply(Text(markdown="Hi")))

    assert api.seen(DIRECT) == ["Hi"]


# --- in doubt ----------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["500", "reset"])
@pytest.mark.parametrize("to", [ANAS, THREAD], ids=["direct", "thread"])
async def test_a_message_in_doubt_that_arrived_is_not_said_twice(api, slack, outgoing, how, to):
    api.lose("chat.postMessage", how)
    with pytest.raises(Uncertain):
        await outgoing.send(reply(Text(markdown="Once"), to=to))

    again = outgoing_to(slack)  # as after a crash: nothing is remembered
    ids = await again.send(reply(Text(markdown="Once"), to=to), resend=True)
    await again.aclose()

    [message] = api.messages(to.chat_id.split("/")[1])
    assert ids == (message["ts"],)


async def test_a_message_in_doubt_that_did_not_arrive_is_said(api, outgoing):
    api.lose("chat.postMessage", done=False)
    with pytest.raises(Uncertain):
        await outgoing.send(reply(Text(markdown="Once")))

    await outgoing.send(reply(Text(markdown="Once")), resend=True)

    assert api.seen(DIRECT) == ["Once"]


async def test_a_reply_of_three_parts_goes_on_behind_the_part_that_arrived(api, slack, outgoing):
    parts = (Text(markdown="See"), CALENDAR, Text(markdown="Bye"))
    api.lose("files.completeUploadExternal")
    with pytest.raises(Uncertain):
        await outgoing.send(reply(*parts))

    again = outgoing_to(slack)
    await again.send(reply(*parts), resend=True)
    await again.aclose()

    assert [m["text"] for m in api.messages(DIRECT)] == ["See", "Days &amp; &lt;b&gt;", "Bye"]


async def test_the_same_file_of_another_reply_does_not_count(api, slack, outgoing):
    await outgoing.send(reply(Text(markdown="See"), CALENDAR))
    api.lose("files.completeUploadExternal", done=False)
    with pytest.raises(Uncertain):
        await outgoing.send(reply(Text(markdown="Again"), CALENDAR, id="r2"))

    await outgoing.send(reply(Text(markdown="Again"), CALENDAR, id="r2"), resend=True)

    assert [bool(m.get("files")) for m in api.messages(DIRECT)] == [False, True, False, True]


async def test_a_doubtful_message_is_found_on_a_later_page(api, slack, outgoing):
    api.page = 15
    await outgoing.send(reply(Text(markdown="Once"), to=THREAD, id="old"))
    for n in range(20):
        await outgoing.send(reply(Text(markdown=f"{n}"), to=THREAD, id=f"r{n}"))
    again = outgoing_to(slack)
    await again.send(reply(Text(markdown="19"), to=THREAD, id="r19"), resend=True)
    await again.aclose()

    assert api.seen(CHANNEL).count("19") == 1
    assert len(slack.called("conversations.replies")) == 2


async def test_a_long_history_is_read_to_its_end(slack, api, outgoing):
    """A megabyte comes in pieces; the first of them alone is no JSON."""
    api.lose("chat.postMessage")
    with pytest.raises(Uncertain):
        await outgoing.send(reply(Text(markdown="Once")))
    for _ in range(100):
        api.messages(DIRECT).append({"ts": slack.ts(), "text": "x" * 12_000, "versions": []})

    again = outgoing_to(slack)
    await again.send(reply(Text(markdown="Once")), resend=True)
    await again.aclose()

    assert api.seen(DIRECT).count("Once") == 1


@pytest.mark.parametrize("error", ["missing_scope", "not_allowed_token_type"])
async def test_where_we_may_not_look_it_is_said_again(slack, api, outgoing, error):
    slack.refuse("conversations.history", error)

    await outgoing.send(reply(Text(markdown="Once")), resend=True)

    assert api.seen(DIRECT) == ["Once"]


@pytest.mark.parametrize("how", ["500", "reset"])
async def test_while_slack_does_not_answer_a_message_in_doubt_waits_to_be_looked_for(
    api, outgoing, how
):
    """An outage of minutes is not a second doubt, at which a reply would be given up."""
    api.lose("chat.postMessage")
    with pytest.raises(Uncertain):
        await outgoing.send(reply(Text(markdown="Once")))
    for _ in range(3):
        api.lose("conversations.history", how)
        with pytest.raises(NotNow):
            await outgoing.send(reply(Text(markdown="Once")), resend=True)

    await outgoing.send(reply(Text(markdown="Once")), resend=True)

    assert api.seen(DIRECT) == ["Once"]


@pytest.mark.parametrize("error", ["team_added_to_org", "request_timeout"])
async def test_what_slack_surely_has_not_done_is_not_in_doubt(slack, api, outgoing, error):
    slack.refuse("chat.postMessage", error)
    with pytest.raises(NotNow):
        await outgoing.send(reply(Text(markdown="Once")))

    await outgoing.send(reply(Text(markdown="Once")))

    assert api.seen(DIRECT) == ["Once"]


async def test_a_look_that_has_to_wait_waits(slack, api, outgoing):
    slack.refuse("conversations.history", "ratelimited", retry_after=60)

    with pytest.raises(NotNow):
        await outgoing.send(reply(Text(markdown="Once")), resend=True)

    assert api.seen(DIRECT) == []


# --- views -------------------------------------------------------------------------------------


async def test_a_view_that_fails_disturbs_nobody(slack, outgoing):
    slack.refuse("views.publish", "invalid_arguments")
    slack.refuse("views.open", "ratelimited")

    await outgoing.publish_home(TEAM, "U1", {"type": "home", "blocks": []})
    await outgoing.open_modal(TEAM, "trigger", {"type": "modal", "blocks": []})
    await outgoing.open_modal("T0OTHER", "trigger", {"type": "modal", "blocks": []})

    assert outgoing.counts["view failed"] == 2
    assert outgoing.counts["view skipped"] == 1


async def test_the_agent_surface_suggests_how_to_begin(api, outgoing):
    await outgoing.suggest(TEAM, DIRECT)

    assert [p["title"] for p in api.prompts[DIRECT]] == [p["title"] for p in PROMPTS]
