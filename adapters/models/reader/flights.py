"""Questions about one flight by its number: "is TP1234 on time", "flight status lh 400"."""

from __future__ import annotations

import re

from adapters.models.reader.dates import find_when
from adapters.models.reader.in_plan import weekday_in
from adapters.models.reader.text import Said
from core.airlines import BY_IATA, BY_ICAO
from core.flights import FlightNumber, flight_number
from core.reading import Intent, ReadingContext, Request, Topic

_CODE = re.compile(
    r"(?<![\w/.-])([a-z]{3}|[a-z][a-z0-9]|[0-9][a-z])( ?-?)([0-9]{1,4}[a-z]?)(?![\w/-])"
)
# Airlines' codes that are also words or units, before a number: "at 10", "us 200", "3 pm 15".
_WORDS = frozenset(
    "ad am as at ba be by do el en fr ft go he in is it km la me my no of on or".split()
)
_MORE_WORDS = frozenset(
    "os pm pr se so to up us we day may jun jul aug sep oct nov dec jan feb mar apr".split()
)
_NAMED = re.compile(r"\b(?:flight|flights|flug|vuelo|vol|volo|voo)(?: number| no\.?| nr\.?)?\W*$")
_ABOUT_STATUS = re.compile(
    r"\b(?:flight|flug|vuelo|vol|volo|on time|status|delay\w*|late|gate|terminal|cancel\w*|"
    r"land(?:s|ed|ing)?|departs?|departed|departure|arrives?|arrived|arrival|boarding|take[- ]?off|"
    r"left|track|when|where)\b"
)
_STATUS = re.compile(
    r"\bflight (?:status|number)\b|\bstatus of (?:my|our|the|a) flight\b|"
    r"\b(?:is|are|will|was|has) (?:my|our|the|her|his|their) (?:\w+ )?(?:flight|plane)s? .{0,20}"
    r"(?:on time|landed|departed|boarding|left)\b|\btrack (?:my|our|a|the) flight\b|"
    r"\b(?:which|what) (?:gate|terminal)\b"
)


def flight(said: Said, context: ReadingContext) -> Request | None:
    """A question for the state of a flight; the number stands in `about` ("TP1234")."""
    found = _number(said)
    if found is None and not _STATUS.search(said.low):
        return None
    number, span = found or (None, None)
    if number is not None and not (_ABOUT_STATUS.search(said.low) or _alone(said, number)):
        return None
    if span is not None:
        said.claim(*span)
    on = weekday_in(said, context.today)
    when = find_when(said, context.today) if on is None else None
    return Request(
        intent=Intent.SUPPORT,
        confidence=0.9,
        topic=Topic.FLIGHT_STATUS,
        about=str(number) if number else "",
        on=on or (when.first if when else None),
    )


def _number(said: Said) -> tuple[FlightNumber, tuple[int, int]] | None:
    """The first thing that is a flight number: of an airline we know, or after "flight"."""
    for match in _CODE.finditer(said.low):
        code, _, digits = match.groups()
        number = flight_number(f"{code}{digits}")
        named = bool(_NAMED.search(said.low[: match.start()]))
        known = code.upper() in BY_IATA or code.upper() in BY_ICAO
        written = said.text[match.start() : match.start() + len(code)]
        ordinary = code in _WORDS or code in _MORE_WORDS
        if ordinary and (said.shouted or not written.isupper()):
            continue
        if number is None or not (known or (named and not ordinary)):
            continue
        return number, match.span()
    return None


def _alone(said: Said, number: FlightNumber) -> bool:
    """ "TP1234?" and nothing else."""
    return flight_number(said.text.strip(" ?!.")) == number
