"""What Caravan knows about one person: shown, learned, taken back; and their settings."""

from __future__ import annotations

import hashlib

from core import words
from core.choices import choice
from core.flows.in_group import asks_to_remember, for_this_trip
from core.flows.own_zone import home_zone, learn_zone, zone_forgotten, zone_question, zone_shown
from core.messages import Choice, Choices, Text
from core.people import KEYS, MAX_VALUE_CHARS, ProfileFact
from core.resolving import place_of
from core.turn import Screen, Turn
from core.wishes import Mention

IN_GROUPS = (
    " In your groups I hold every plan against it too; the others only hear whether something fits "
    "everyone, and not for whom."
)
_ORIGINS = {"told": "you told me", "chosen": "you chose it", "concluded": "I concluded it"}


async def profile_answer(turn: Turn) -> Screen:
    if turn.request.about and turn.message.choice:
        return _unlearn(turn, turn.request.about)
    if turn.request.edits:
        return await _learn(turn)
    return _show_profile(turn)


def _shown(key: str, value: str) -> str:
    """A value as people write it: "nut-free"."""
    return value.replace("_", "-") if key == "diet" else value


def profile_text(turn: Turn) -> str:
    if not turn.profile.facts:
        return (
            "I know nothing about you yet. Tell me, for example: “I live in Berlin”, "
            "“I am vegetarian”, “I love hiking”, “I have been to Rome”."
        )
    lines = ["**What I know about you**"]
    for fact in turn.profile.facts:
        lines.append(
            f"- {KEYS[fact.key][0]}: **{words.literal(_shown(fact.key, fact.value))}** "
            f"({_ORIGINS[fact.origin]}, {words.day(fact.said_at.date(), year=True)})"
        )
    return "\n".join(lines)


def _show_profile(turn: Turn) -> Screen:
    if not turn.profile.facts:
        return (Text(markdown=profile_text(turn)),)
    lines = [profile_text(turn)]
    lines.append("\nSay “forget that I like hiking” or tap to remove something.")
    options = [
        choice("unlearn", _mark(fact), f"Remove: {_shown(fact.key, fact.value)[:30]}")
        for fact in turn.profile.facts[:6]
    ]
    if turn.profile.earlier:
        options.append(choice("undo", "", "Undo the last change"))
        turn.update(last_change="profile")
    return (Text(markdown="\n".join(lines)), Choices(options=turn.offer(*options)))


def _mark(fact: ProfileFact) -> str:
    """What the button of a fact carries: it fits this fact alone, and nothing once it is gone."""
    said = f"{fact.key}/{fact.value}/{fact.said_at.isoformat()}"
    return hashlib.blake2b(said.encode("utf-8", "replace"), digest_size=9).hexdigest()


def _unlearn(turn: Turn, mark: str) -> Screen:
    fact = next((f for f in turn.profile.facts if _mark(f) == mark), None)
    if fact is None:
        return (Text(markdown="That button is too old, so I changed nothing."), undo_menu(turn))
    turn.profile = turn.profile.without(fact.key, fact.value)
    zone_forgotten(turn, fact if fact.key == "timezone" else None)
    return _profile_changed(turn, [f"{KEYS[fact.key][0]}: {words.literal(fact.value)} removed"])


async def _learn(turn: Turn) -> Screen:
    """Take over the facts of the message; the words they came from stay with them.

    What is said in a group counts for its trip alone, unless it is to be remembered.
    """
    if turn.in_group and not asks_to_remember(turn.message.text):
        return for_this_trip(turn)
    said: list[str] = []
    before = turn.profile
    for edit in turn.request.edits:
        if edit.key not in KEYS:
            continue
        label = KEYS[edit.key][0]
        if edit.remove:
            kept = turn.profile
            turn.profile = turn.profile.without(edit.key, edit.value)
            zone_forgotten(turn, kept.fact("timezone"))
            said.append(
                f"{label}: {words.literal(edit.value) or 'all'} "
                f"{'removed' if turn.profile != kept else 'was not there'}"
            )
            continue
        value = edit.value.strip()[:MAX_VALUE_CHARS]
        if edit.key == "timezone":
            said.append(f"{label}: {words.literal(await learn_zone(turn, value))}")
            continue
        turn.profile = turn.profile.learned(
            ProfileFact(
                key=edit.key,
                value=value,
                origin="told",
                words=turn.message.text[:MAX_VALUE_CHARS],
                said_at=turn.now,
            )
        )
        said.append(f"{label}: {words.literal(_shown(edit.key, value))}")
        if edit.key == "home":
            await _learn_home(turn, value)
    if turn.profile == before and not turn.in_group:
        return (Text(markdown="I knew that already. " + "; ".join(said) + "."),)
    # One undo takes back the whole message, however many facts it held.
    turn.profile = turn.profile.model_copy(
        update={"earlier": (*before.earlier, before.facts)[-10:]}
    )
    news = {e.key for e in turn.request.edits if not e.remove}
    in_groups = bool(news & {"diet", "step_free"}) and bool(turn.group.own)
    return _profile_changed(turn, said, IN_GROUPS if in_groups else "")


async def _learn_home(turn: Turn, home: str) -> None:
    """The time zone and currency that a home brings along, marked as concluded."""
    place = await place_of(Mention(text=home), turn.travel)
    if place is None:
        return
    home_zone(turn, place.timezone, home)
    country = turn.travel.places.country(place.country)
    if country is not None and not turn.profile.value("currency"):
        turn.profile = turn.profile.learned(
            ProfileFact(
                key="currency",
                value=country.currency,
                origin="concluded",
                words=home,
                said_at=turn.now,
            )
        )


def _profile_changed(turn: Turn, said: list[str], more: str = "") -> Screen:
    if turn.in_group:
        turn.update(last_change="", asked="", wish=turn.session.wish.with_news(turn.request.wish))
        return (Text(markdown=f"Remembered, in your profile: {'; '.join(said)}."),)
    turn.update(last_change="profile", asked="")
    wish = turn.session.wish.with_news(turn.request.wish)
    turn.update(wish=wish)
    options = [choice("undo", "", "Undo"), choice("profile", "", "Show my profile")]
    if turn.session.suggested or wish.when or wish.destinations:
        options.insert(0, choice("ideas", "", "Go on"))
    question, zones = zone_question(turn)
    text = f"Noted. {'; '.join(said)}.{more}" + (f"\n\n{question}" if question else "")
    return (Text(markdown=text), Choices(options=turn.offer(*zones, *options)))


def settings_text(turn: Turn) -> str:
    p = turn.profile
    shown = [
        ("Language", p.value("language") or f"as you write (now {turn.session.language})"),
        ("Currency", p.value("currency") or "from your home, else EUR"),
        ("Home", p.value("home") or "not known"),
        ("Time zone", zone_shown(turn)),
        ("Pace", p.value("pace") or "normal"),
    ]
    lines = ["**Settings**", *(f"- {k}: {words.literal(v)}" for k, v in shown)]
    lines.append(
        "\nChange them in words: “my currency is CHF”, “I live in Zurich”, “my time zone is "
        "Europe/Zurich”, “relaxed pace”. "
        "“link my accounts” joins this chat with another one of yours."
    )
    return "\n".join(lines)


def settings_answer(turn: Turn) -> Screen:
    options = (
        choice("profile", "", "What you know about me"),
        choice("data", "", "Export my data"),
        choice("forget", "", "Erase everything"),
    )
    return (Text(markdown=settings_text(turn)), Choices(options=turn.offer(*options)))


def undo_menu(turn: Turn) -> Choices:
    options: list[Choice] = [choice("profile", "", "Show my profile")]
    return Choices(options=turn.offer(*options))
