"""A trip as files: calendar, pocket pack, picture, GPX, KML."""

from __future__ import annotations

import asyncio

from core import words
from core.choices import choice
from core.errors import Rejected
from core.exports import ExportFacts
from core.flows.asked import sights_of
from core.messages import Choice, Choices, File, Text
from core.trips import Plan
from core.turn import Screen, Turn

# What is asked for -> the format of the exporter, the label of its button, what is said with it.
FILES: dict[str, tuple[str, str, str]] = {
    "calendar": (
        "ics",
        "Calendar file",
        "Every stop with its local time. Import it again after a change; entries are updated, not "
        "doubled.",
    ),
    "pack": (
        "html",
        "Pocket pack",
        "The whole trip in one page that opens without network and prints well: days, sketches, "
        "money, phrases, emergency card.",
    ),
    "picture": ("png", "Map picture", "A sketch of the stops and the weather; not to navigate by."),
    "gpx": ("gpx", "GPX", "Stops and routes for map apps and GPS devices."),
    "kml": ("kml", "KML", "The days as layers for map programs."),
}


def file_choices() -> list[Choice]:
    return [choice("file", what, label) for what, (_, label, _) in FILES.items()]


async def files_answer(turn: Turn) -> Screen:
    """The file that was asked for, or the list of those there are."""
    trip = turn.trip
    if trip is None or trip.plan is None:
        return (Text(markdown="There is no plan yet that could become a file."),)
    if turn.request.what not in FILES:
        options = turn.offer(*file_choices())
        title = words.literal(trip.title)
        return (Text(markdown=f"**{title}** as which file?"), Choices(options=options))
    if turn.exporter is None:
        raise Rejected("Files are switched off here.")
    format, label, caption = FILES[turn.request.what]
    facts = await facts_of(turn, trip.plan)
    made = await asyncio.to_thread(turn.exporter.export, format, trip, facts, turn.now)
    file = File(name=made.name, media_type=made.media_type, content=made.body, caption=caption)
    return (Text(markdown=f"{label} of **{words.literal(trip.title)}**."), file)


async def facts_of(turn: Turn, plan: Plan) -> ExportFacts:
    """The sights of the plan's towns and the facts of their countries."""
    countries = {town.country: turn.travel.places.country(town.country) for town in plan.towns}
    return ExportFacts(
        countries={code: facts for code, facts in countries.items() if facts is not None},
        sights=await sights_of(turn, plan),
    )
