"""Answers about a country, from its facts alone. What is not known is said so."""

from __future__ import annotations

from core import words
from core.travel import CountryFacts

_EMERGENCY = (
    ("all", "Everything"),
    ("police", "Police"),
    ("ambulance", "Ambulance"),
    ("fire", "Fire"),
)


def numbers(c: CountryFacts) -> list[tuple[str, str]]:
    """The emergency numbers as (whom, number)."""
    return [(label, c.emergency[key]) for key, label in _EMERGENCY if c.emergency.get(key)]


def emergency(c: CountryFacts) -> str:
    if not numbers(c):
        return (
            f"I have no checked emergency numbers for {c.name}. In most networks 112 gets through."
        )
    listed = "\n".join(f"- {label}: **{number}**" for label, number in numbers(c))
    return f"**Emergency numbers in {c.name}**\n{listed}\n{_source(c, 'emergency')}"


def plugs(c: CountryFacts) -> str:
    if not c.plug_types:
        return f"I have no checked facts about the sockets in {c.name}."
    voltage = f", {c.voltage} V" if c.voltage else ""
    types = words.listing(c.plug_types, "and")
    return f"Sockets in {c.name}: type {types}{voltage}. {_source(c, 'power')}"


def tipping(c: CountryFacts) -> str:
    if not c.tipping:
        return f"I have no checked facts about tipping in {c.name}."
    return f"Tipping in {c.name}: {c.tipping} {_source(c, 'tipping')}"


def water(c: CountryFacts) -> str:
    if not c.tap_water:
        return f"I do not know whether tap water in {c.name} is fit to drink; ask your hotel."
    return f"Tap water in {c.name}: {c.tap_water} {_source(c, 'tap_water')}"


def languages(c: CountryFacts) -> str:
    if not c.languages:
        return f"I have no checked facts about the languages of {c.name}."
    return f"In {c.name} people speak {words.listing(c.languages)}. {_source(c, 'languages')}"


def driving(c: CountryFacts) -> str:
    if not c.drive_side:
        return f"I have no checked facts about driving in {c.name}."
    return f"In {c.name} they drive on the {c.drive_side}. {_source(c, 'drive_side')}"


def phrases(c: CountryFacts) -> str:
    if not c.phrases:
        return f"I have no checked phrases for {c.name} yet."
    lines = [f"**A few words for {c.name}**"]
    for p in c.phrases:
        say = f" ({p.say})" if p.say and p.say != p.local else ""
        lines.append(f"- {p.meaning}: **{words.literal(p.local)}**{say}")
    if "phrases" in c.unsure:
        lines.append("_I am not sure of every word: let somebody there read it first._")
    return "\n".join(lines)


def entry(c: CountryFacts) -> str:
    """Never rules: they change, and a wrong one leaves somebody at the border."""
    text = (
        f"I do not know entry rules for {c.name}, because they depend on your passport and change. "
        "A visa-free stay may still need a travel authorisation."
    )
    if c.visa_note_url:
        return f"{text} The official page: {c.visa_note_url}"
    return f"{text} Ask the embassy of {c.name} or your own foreign office."


def _source(c: CountryFacts, block: str) -> str:
    doubt = "; I am not sure, check it on the spot" if block in c.unsure else ""
    return f"_({c.source.name}, {c.source.fetched_at:%b %Y}{doubt})_"
