"""Stories of one traveller in two chats: linked, stolen, replayed, expired, parted, erased."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.link_world import TwoPlatforms, code_in, linked
from tests.world import World


async def test_two_accounts_become_one_traveller_after_both_have_said_yes(
    both: TwoPlatforms,
) -> None:
    await both.writes("telegram", "ana", "I live in Berlin")
    await both.writes("telegram", "ana", "plan Lisbon 15-19 april 2027")
    await both.writes("slack", "ana2", "I am vegetarian")

    code = code_in(await both.writes("telegram", "ana", "link my accounts"))
    question = await both.writes("slack", "ana2", f"link {code}")
    there = await both.aside("telegram", "ana")
    early = await both.writes("slack", "ana2", "what do you know about me?")
    half = await both.writes("slack", "ana2", choice=question.choices["Yes, both are me"])
    joined = await both.writes("telegram", "ana", choice=there.choices["Yes, both are me"])

    assert "Ana on Telegram" in question.text
    assert "Ana2 on Slack" in there.text
    assert "Berlin" not in early.text
    assert "Telegram" in half.text and "Joined" not in half.text
    assert joined.text.startswith("Joined")
    assert (await both.aside("slack", "ana2")).text == joined.text
    profile = await both.writes("slack", "ana2", "what do you know about me?")
    assert "Berlin" in profile.text and "vegetarian" in profile.text
    assert "Lisbon" in (await both.writes("slack", "ana2", "my trips")).text


async def test_a_trip_goes_on_in_the_other_chat(both: TwoPlatforms) -> None:
    await both.writes("slack", "ana2", "hello")
    await both.writes("telegram", "ana", "plan Lisbon 15-19 april 2027")
    await linked(both)

    slower = await both.writes("slack", "ana2", "slower")

    assert "Lisbon" in slower.text or slower.days


async def test_of_two_homes_the_newer_is_kept_and_both_chats_are_told(both: TwoPlatforms) -> None:
    await both.writes("telegram", "ana", "I live in Berlin")
    both.clock.passes(days=1)
    await both.writes("slack", "ana2", "I live in Zurich")

    joined = await linked(both)

    assert "Zurich" in joined.text and "Berlin" in joined.text
    profile = await both.writes("telegram", "ana", "/profile")
    assert "Zurich" in profile.text and "Berlin" not in profile.text
    assert "24 Nov 2026" in profile.text  # when it was said, not when it was joined


async def test_a_stolen_code_joins_nobody_when_its_owner_says_no(both: TwoPlatforms) -> None:
    await both.writes("telegram", "ana", "I live in Hamburg")
    code = code_in(await both.writes("telegram", "ana", "link my accounts"))

    question = await both.writes("slack", "mallory", f"link {code}")
    await both.writes("slack", "mallory", choice=question.choices["Yes, both are me"])
    there = await both.aside("telegram", "ana")
    no = await both.writes("telegram", "ana", choice=there.choices["No, do not join"])
    again = await both.writes("slack", "mallory", choice=question.choices["Yes, both are me"])

    assert "Mallory on Slack" in there.text
    assert "Nothing was joined" in no.text
    assert "too old" in again.text
    assert "Hamburg" not in (await both.writes("slack", "mallory", "/profile")).text
    assert "do not know that code" in (await both.writes("slack", "mallory", f"link {code}")).text


async def test_who_is_given_the_code_of_somebody_else_is_asked_too(both: TwoPlatforms) -> None:
    """A trap: "write link ... to the bot". The victim's own yes is needed as well."""
    await both.writes("slack", "victim", "I live in Oslo")
    code = code_in(await both.writes("telegram", "mallory", "link my accounts"))
    await both.writes("slack", "victim", f"link {code}")
    there = await both.aside("telegram", "mallory")

    await both.writes("telegram", "mallory", choice=there.choices["Yes, both are me"])

    assert "Oslo" not in (await both.writes("telegram", "mallory", "/profile")).text


async def test_a_code_works_once(both: TwoPlatforms) -> None:
    code = code_in(await both.writes("telegram", "ana", "link my accounts"))
    await both.writes("slack", "ana2", f"link {code}")

    replayed = await both.writes("slack", "carl", f"link {code}")

    assert "do not know that code" in replayed.text


async def test_a_new_code_makes_the_one_before_void(both: TwoPlatforms) -> None:
    first = code_in(await both.writes("telegram", "ana", "link my accounts"))
    code_in(await both.writes("telegram", "ana", "link my accounts"))

    assert "do not know that code" in (await both.writes("slack", "ana2", f"link {first}")).text


async def test_a_code_expires_after_ten_minutes_and_so_does_the_question(
    both: TwoPlatforms,
) -> None:
    code = code_in(await both.writes("telegram", "ana", "link my accounts"))
    both.clock.passes(minutes=9, seconds=59)
    question = await both.writes("slack", "ana2", f"link {code}")
    both.clock.passes(seconds=1)

    late = await both.writes("slack", "ana2", choice=question.choices["Yes, both are me"])

    assert "Ana on Telegram" in question.text
    assert "too old" in late.text


async def test_five_wrong_codes_in_an_hour_bring_a_pause_even_for_the_right_one(
    both: TwoPlatforms,
) -> None:
    code = code_in(await both.writes("telegram", "ana", "link my accounts"))
    for wrong in ("2222-2222", "3333-3333", "4444-4444", "5555-5555", "6666-6666"):
        last = await both.writes("slack", "mallory", f"link {wrong}")

    right = await both.writes("slack", "mallory", f"link {code}")
    both.clock.passes(minutes=61)
    fresh = code_in(await both.writes("telegram", "ana", "link my accounts"))
    later = await both.writes("slack", "mallory", f"link {fresh}")

    assert "last try" in last.text
    assert "5 wrong codes" in right.text and "1 h" in right.text
    assert "Ana on Telegram" in later.text


@pytest.mark.parametrize("addressed", [True, False])
async def test_a_code_in_a_group_is_void_at_once(both: TwoPlatforms, addressed: bool) -> None:
    code = code_in(await both.writes("telegram", "ana", "link my accounts"))
    said = both.message(f"my code is {code}", chat="-5", addressed=addressed)
    assert both.chat.inbox is not None
    await both.chat.inbox.accept([said])
    if addressed:
        answer = await both.chat.answer_to(said.id)
        assert code not in str(answer)
    await both.writes("telegram", "ben", "hello there", chat="-5")  # the line before is done now

    assert "do not know that code" in (await both.writes("slack", "ana2", f"link {code}")).text


async def test_codes_are_not_made_in_groups(both: TwoPlatforms) -> None:
    answer = await both.writes("telegram", "ana", "link my accounts", chat="-5")

    assert "private" in answer.text and "**" not in answer.text


async def test_after_unlinking_each_account_keeps_what_was_told_in_it(both: TwoPlatforms) -> None:
    await both.writes("telegram", "ana", "I live in Berlin")
    await both.writes("telegram", "ana", "plan Lisbon 15-19 april 2027")
    await both.writes("slack", "ana2", "hello")
    await linked(both)
    await both.writes("slack", "ana2", "I am vegetarian")

    parted = await both.writes("slack", "ana2", "unlink")

    assert "Ana2 on Slack" in parted.text and "Ana on Telegram" in parted.text
    there = await both.writes("slack", "ana2", "/profile")
    here = await both.writes("telegram", "ana", "/profile")
    assert "vegetarian" in there.text and "Berlin" not in there.text
    assert "Berlin" in here.text and "vegetarian" not in here.text
    assert "no trips" in (await both.writes("slack", "ana2", "my trips")).text
    assert "no other" in (await both.writes("slack", "ana2", "unlink")).text


async def test_an_export_holds_and_an_erasure_takes_all_joined_accounts(
    both: TwoPlatforms, tmp_path: Path
) -> None:
    await both.writes("telegram", "ana", "call me Canary")
    await linked(both)
    await both.writes("slack", "ana2", "I live in Berlin")

    exported = await both.writes("telegram", "ana", "/export data")
    asked = await both.writes("slack", "ana2", "/forget")
    done = await both.writes("slack", "ana2", choice=asked.choices["Yes, erase everything"])

    [file] = [p.content.decode() for p in exported.reply.parts if p.type == "file"]
    assert "slack:ana2" in file and "telegram:ana" in file and "Berlin" in file
    assert "Ana on Telegram" in asked.text and "Ana2 on Slack" in asked.text
    assert "erased" in done.text
    assert "know nothing" in (await both.writes("telegram", "ana", "/profile")).text
    with closing(sqlite3.connect(tmp_path / "caravan.sqlite")) as db:
        assert db.execute("SELECT count(*) FROM travellers").fetchone() == (0,)
        assert "Canary" not in "\n".join(db.iterdump())


async def test_no_code_is_found_in_the_database(both: TwoPlatforms, tmp_path: Path) -> None:
    code = code_in(await both.writes("telegram", "ana", "link my accounts"))
    await both.writes("slack", "ana2", f"link {code}")
    await both.aside("telegram", "ana")
    await both.closes()

    with closing(sqlite3.connect(tmp_path / "caravan.sqlite")) as db:
        dump = "\n".join(db.iterdump())
        bodies = [
            body for (body,) in db.execute("SELECT body FROM inbox UNION SELECT body FROM outbox")
        ]
    assert code not in dump
    assert not any(code.encode() in body for body in bodies)
    await both.opens()


async def test_a_yes_in_words_counts_as_well(both: TwoPlatforms) -> None:
    code = code_in(await both.writes("telegram", "ana", "link my accounts"))
    await both.writes("slack", "ana2", f"link {code.lower().replace('-', ' ')}")
    await both.aside("telegram", "ana")

    await both.writes("telegram", "ana", "link yes")
    joined = await both.writes("slack", "ana2", "yes")

    assert joined.text.startswith("Joined")


async def test_where_somebody_likes_to_be_reached_is_kept_in_the_profile(world: World) -> None:
    noted = await world.says("reach me on Slack")

    assert "Slack" in noted.text
    assert "Reach me on: **Slack**" in (await world.says("/profile")).text


async def test_a_notice_that_comes_where_they_like_to_be_reached_says_so(
    both: TwoPlatforms,
) -> None:
    await linked(both)
    await both.writes("telegram", "ana", "plan Lisbon 15-19 april 2027")
    await both.writes("slack", "ana2", "reach me on Slack")
    assert both.app is not None
    both.clock.strikes("2027-04-01 12:00")
    before = len(both.told("slack", "ana2"))
    await both.app.noticing.plan()
    await both.app.noticing.send()
    await both.aside("slack", "ana2", before + 1)
    why = await both.writes("slack", "ana2", "why did I get this?")

    assert "it is two weeks until your trip" in why.text
    assert "Each is told once, where you like to be reached." in why.text
