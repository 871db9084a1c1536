"""`caravan plan`: a verified plan from the command line, without network and without a database."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import BinaryIO

from adapters.exports.registry import FORMATS, FileExporter
from bot.clock import SystemClock
from bot.wiring import offline_travel, rule_reader
from core import words
from core.areas import area_of
from core.cards import plan_card
from core.errors import Rejected
from core.exports import Exported, ExportFacts
from core.interests import INTERESTS
from core.itinerary.stages import MAX_TOWNS
from core.making import Made, Start, arranged, build_all, dressed, insist, prepare
from core.naming import best_named
from core.ports import Clock
from core.ranking import distance_km
from core.reading import Reader, ReadingContext
from core.resolving import budget_of, check_dates, check_party
from core.text import plain
from core.tour import pool_of, told, tour_through
from core.travel import Destination, Place, Travel
from core.trips import Plan, Trip, title_of
from core.weighing import Marks
from core.wishes import Budget, Mention, Pace, Party, When, Wish

EXIT_REJECTED = 2  # as argparse does for what it cannot read
NEAR_KM = 400


def add_plan(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand to the parser of `caravan`."""
    plan = commands.add_parser(
        "plan",
        help="make a verified plan without network",
        description="Make a verified plan without network, e.g.: "
        'caravan plan Lisbon 2027-04-15 2027-04-19 --pace relaxed --budget "900 EUR"',
    )
    plan.add_argument(
        "places", help='a town of the atlas, or several: "Lisbon, Porto"; with --towns a country'
    )
    plan.add_argument("first", help="first day, as 2027-04-15")
    plan.add_argument("last", help="last day, as 2027-04-19")
    plan.add_argument("--towns", metavar="N", help="so many towns of a country, state or region")
    plan.add_argument("--pace", choices=[p.value for p in Pace], help="default: normal")
    plan.add_argument("--budget", metavar='"900 EUR"', help="for everybody and the whole trip")
    plan.add_argument("--adults", metavar="N", default="1")
    plan.add_argument("--children", metavar="AGES", default="", help="such as 4,9")
    plan.add_argument("--from", dest="origin", metavar="TOWN", default="", help="where you start")
    plan.add_argument("--land", metavar="HH:MM", help="landing on the first day")
    plan.add_argument("--leave", metavar="HH:MM", help="take-off on the last day")
    plan.add_argument("--stay", metavar="WHERE", default="", help="area or sight you sleep near")
    plan.add_argument("--walk", metavar="KM", help="longest single walk")
    plan.add_argument("--like", metavar="WHAT", action="append", default=[])
    plan.add_argument("--no", metavar="WHAT", action="append", default=[], dest="dislike")
    plan.add_argument("--must", metavar="SIGHT", action="append", default=[])
    plan.add_argument("--diet", metavar="WHAT", action="append", default=[])
    plan.add_argument("--step-free", action="store_true")
    plan.add_argument("--format", choices=["text", *FORMATS], default="text")
    plan.add_argument("--output", metavar="FILE", type=Path, help="default: standard output")


def plan(arguments: argparse.Namespace, clock: Clock | None = None) -> int:
    """Run the command. What the traveller has to change is said in a sentence on stderr."""
    clock = clock or SystemClock()
    try:
        made = asyncio.run(_exported(arguments, clock))
    except Rejected as error:
        print(error.reason, file=sys.stderr)
        return EXIT_REJECTED
    _write(made, arguments.output, sys.stdout.buffer)
    return 0


async def _exported(arguments: argparse.Namespace, clock: Clock) -> Exported:
    travel, now = offline_travel(clock), clock.now()
    wish = wish_of(arguments, rule_reader(), now.date())
    assert wish.when and wish.when.first and wish.when.last
    first, last = wish.when.first, wish.when.last
    check_dates(first, last, now.date())
    check_party(wish.party or Party())
    home = await _place(travel, wish.origin.text) if wish.origin else None
    towns, why = await _towns(travel, wish, home, now.date())
    currency = _currency(travel, wish, home, towns)
    made = await prepare(
        travel,
        arranged(towns, first, last, home),
        wish,
        budget_of(wish, currency, (last - first).days + 1),
        Start(home, currency, now.date()),
    )
    finished = dressed(build_all(made), made, wish)
    insist(finished, made)
    trip = _trip(finished, wish, now)
    if arguments.format == "text":
        card = plan_card(trip, finished, made.towns[0], wish, now)
        card = f"{why}\n\n{card}" if why else card
        return Exported(f"{trip.id}.txt", "text/plain", plain(card).encode())
    if why:
        print(plain(why), file=sys.stderr)
    return FileExporter().export(arguments.format, trip, _facts(travel, made, finished), now)


def wish_of(arguments: argparse.Namespace, reader: Reader, today: date) -> Wish:
    """The wish that the arguments tell. Raises Rejected with a sentence about the first mistake."""
    names = [n.strip() for n in arguments.places.replace(" and ", ",").split(",") if n.strip()]
    if not names:
        raise Rejected("Which town? For example: caravan plan Lisbon 2027-04-15 2027-04-19")
    return Wish(
        destinations=tuple(Mention(text=name) for name in names),
        origin=Mention(text=arguments.origin) if arguments.origin else None,
        when=When(first=_day(arguments.first), last=_day(arguments.last)),
        party=_party(arguments.adults, arguments.children),
        budget=_budget(arguments.budget, reader, today) if arguments.budget is not None else None,
        pace=Pace(arguments.pace) if arguments.pace else None,
        likes=tuple(_interest(text) for text in arguments.like),
        dislikes=tuple(_interest(text) for text in arguments.dislike),
        musts=tuple(arguments.must),
        diet=tuple(text.strip().lower() for text in arguments.diet),
        step_free=arguments.step_free or None,
        town_count=_count(arguments.towns),
        arrive_at=_clock_time(arguments.land),
        leave_at=_clock_time(arguments.leave),
        lodging=arguments.stay,
        max_walk_km=_km(arguments.walk),
    )


def _count(text: str | None) -> int | None:
    if text is None:
        return None
    if not text.isdecimal() or not 2 <= int(text) <= MAX_TOWNS:
        raise Rejected(f"Write --towns as a number from 2 to {MAX_TOWNS}.")
    return int(text)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Rejected(f"“{text}” is no date that exists. Write it as 2027-04-15.") from None


def _clock_time(text: str | None) -> time | None:
    if text is None:
        return None
    try:
        return time.fromisoformat(text.zfill(5))
    except ValueError:
        raise Rejected(f"“{text}” is no time of the day. Write it as 14:30.") from None


def _km(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        km = float(text.lower().removesuffix("km").replace(",", "."))
    except ValueError:
        km = 0.0
    if not 0.1 <= km <= 30:
        raise Rejected(f"“{text}” is no distance to walk. Write kilometres between 0.1 and 30.")
    return km


def _party(adults: str, children: str) -> Party:
    ages = [age.strip() for age in children.split(",") if age.strip()]
    if not adults.isdecimal() or not all(age.isdecimal() and int(age) < 18 for age in ages):
        raise Rejected("Write people as --adults 2 and the children's ages as --children 4,9.")
    if int(adults) < 1:
        raise Rejected("At least one adult has to come along: --adults 1.")
    return Party(adults=int(adults), children=tuple(int(age) for age in ages))


def _budget(text: str, reader: Reader, today: date) -> Budget:
    read = reader.read(f"budget {text}", ReadingContext(today=today)).wish.budget
    if read is None:
        raise Rejected(
            f"I cannot read “{text}” as money. Write an amount above zero and its currency, such "
            'as --budget "900 EUR".'
        )
    return read


def _interest(text: str) -> str:
    """An interest tag, or the name of a sight as it is."""
    low = text.strip().casefold()
    return next((tag for tag in INTERESTS if low in (tag, tag.rstrip("s"))), text.strip())


async def _towns(
    travel: Travel, wish: Wish, home: Place | None, today: date
) -> tuple[list[Destination], str]:
    """The towns meant, and why these when they were left to us."""
    if wish.town_count is None:
        return [await _destination(travel, m.text) for m in wish.destinations], ""
    found = [(m, await area_of(m, travel)) for m in wish.destinations]
    areas = [area for _, area in found if area is not None and area.towns]
    named = [
        await _destination(travel, m.text) for m, area in found if area is None or not area.towns
    ]
    if not areas:
        raise Rejected("--towns goes with a country, a state or a region, such as Japan.")
    assert wish.when and wish.when.first and wish.when.last
    nights = (wish.when.last - wish.when.first).days
    start = Start(home, _currency(travel, wish, home, pool_of(areas)), today)
    tour = await tour_through(travel, wish, areas, named, nights, start, Marks())
    return list(tour.towns), told(tour, "Name the towns instead of the country to have others.")


async def _place(travel: Travel, text: str) -> Place:
    found = await travel.geocoder.find(text)
    if not found:
        raise Rejected(f"I do not know a place called “{text}”. What is the nearest town?")
    return found[0]


async def _destination(travel: Travel, text: str) -> Destination:
    """The destination meant. Raises Rejected with what is near, or called like it."""
    found = await travel.geocoder.find(text)
    everything = travel.places.destinations()
    for place in found[:1]:
        if place.destination_id and (known := travel.places.destination(place.destination_id)):
            return known
        near = [d for d in everything if distance_km(d.center, place.point) < NEAR_KM]
        if place.kind == "country":
            near = [d for d in everything if d.country == place.country]
        near.sort(key=lambda d: distance_km(d.center, place.point))
        way_on = f" Near it I can plan {words.listing(d.name for d in near[:4])}." if near else ""
        raise Rejected(
            f"I know where {place.name} is, but I have no checked sights there, and I do not "
            f"invent any.{way_on}"
        )
    close = best_named(text, [(d.name, d.name) for d in everything])
    hint = f" Did you mean {close}?" if close else " How is the nearest larger town called?"
    raise Rejected(f"I do not know a place called “{text}”.{hint}")


def _currency(travel: Travel, wish: Wish, home: Place | None, towns: Sequence[Destination]) -> str:
    """As said, else that of the country one starts from, else that of the first town."""
    if wish.budget and wish.budget.currency:
        return wish.budget.currency
    facts = travel.places.country(home.country) if home else None
    return facts.currency if facts else towns[0].currency


def _trip(finished: Plan, wish: Wish, now: datetime) -> Trip:
    ids = "-".join(town.destination_id for town in finished.towns)
    return Trip(
        id=f"plan-{ids}-{finished.first_day}",
        conversation="command-line",
        owner="command-line",
        title=title_of(finished),
        wish=wish,
        plan=finished,
        version=1,
        status="planned",
        created_at=now,
        updated_at=now,
    )


def _facts(travel: Travel, made: Made, finished: Plan) -> ExportFacts:
    countries = {town.country: travel.places.country(town.country) for town in finished.towns}
    return ExportFacts(
        countries={code: facts for code, facts in countries.items() if facts is not None},
        sights={s.id: s for town in made.towns for s in town.sights},
    )


def _write(made: Exported, output: Path | None, stdout: BinaryIO) -> None:
    """To the file; else to standard output, where a picture on a terminal becomes a file."""
    binary = not made.media_type.startswith("text/") and "json" not in made.media_type
    if output is None and binary and sys.stdout.isatty():
        output = Path(made.name)
    if output is None:
        stdout.write(made.body if made.body.endswith(b"\n") else made.body + b"\n")
        stdout.flush()
        return
    output.write_bytes(made.body)
    print(f"Written: {output}", file=sys.stderr)
