"""The travel ports and the facts they return. Every fact says where it is from.

Times are aware datetimes or minutes after local midnight, temperatures °C, rain mm, distances km,
money in a named currency. An outage is `Unavailable`, never an empty list.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from pydantic import AwareDatetime, Field

from core.messages import Value

if TYPE_CHECKING:
    from core.date_names import DateNamesOf
    from core.flights import FlightOffers, FlightStatus

STEP_FREE = "step_free"  # the tag of a sight that is known to be so
STEPS = frozenset({"stairs", "steps", "steep", "climb", "hiking"})  # tags of those that are not


class Confidence(StrEnum):
    LIVE = "live"
    CACHED = "cached"
    ESTIMATE = "estimate"
    CURATED = "curated"


class Source(Value):
    """Where a fact is from, when it was fetched (UTC) and how sure it is."""

    name: str
    url: str = ""
    fetched_at: AwareDatetime
    confidence: Confidence
    attribution: str = ""


class Fact(Value):
    source: Source


class Money(Value):
    amount: Decimal
    currency: str  # ISO 4217


class Point(Value):
    lat: float = Field(ge=-90, le=90)
    lon: float = Field(ge=-180, le=180)


class Place(Fact):
    """A place on earth as the gazetteer knows it. `destination_id` when the atlas has it."""

    id: str  # "atlas:lisbon", "geonames:2267057", "country:GE", "region:US.GA"
    name: str
    kind: str  # city | island | region | park | town | country | state | spot
    country: str  # ISO 3166-1 alpha-2
    region: str = ""
    point: Point
    timezone: str
    population: int = 0
    destination_id: str = ""


class Climate(Fact):
    """Typical values of one month: °C by day and night, mm and days of rain, hours of sun a day."""

    month: int
    tmax_c: float
    tmin_c: float
    rain_mm: float
    rain_days: float
    sun_h_day: float
    sea_c: float | None = None


class DayWeather(Fact):
    """Weather of one local day: a forecast, or typical values of the month (`typical`)."""

    day: date
    typical: bool
    tmax_c: float
    tmin_c: float
    rain_mm: float | None = None
    rain_chance: float | None = None  # 0..1
    gust_kmh: float | None = None
    code: int | None = None  # WMO weather code
    low_confidence: bool = False  # forecast days 8 to 16
    feels_max_c: float | None = None
    snow_cm: float | None = None

    @property
    def wet(self) -> bool:
        """True when rain or snow is likely or much of it is expected."""
        if self.typical:
            return False
        likely = self.rain_chance is not None and self.rain_chance >= 0.5
        return likely or (self.rain_mm is not None and self.rain_mm >= 4)

    @property
    def outdoor_ok(self) -> bool:
        """True when nothing known speaks against hours outdoors; of a usual day only its heat."""
        if self.typical:
            return not self.hot
        return (
            not self.wet
            and not self.hot
            and (self.gust_kmh is None or self.gust_kmh < 60)
            and self._felt >= -5
            and (self.code is None or self.code < 95)
        )

    @property
    def hot(self) -> bool:
        """True when hours in the sun are a danger."""
        return self._felt > 37

    @property
    def _felt(self) -> float:
        return self.tmax_c if self.feels_max_c is None else self.feels_max_c


class OpenInterval(Value):
    """Open from `start` to `end`, minutes after local midnight; `end` may pass 1440."""

    start: int
    end: int


class Sight(Fact):
    """Something to see or do, with an id that a plan can be checked against.

    `hours` maps each asked local date to its open intervals; an empty tuple is closed that day;
    None means that the hours are not known.
    """

    id: str  # "lisbon/belem-tower"
    name: str
    local_name: str = ""
    point: Point
    category: str
    indoor: bool
    setting: str  # indoor | outdoor | mixed
    rank: int  # 1 must-see .. 5
    visit_min: int
    last_entry_min: int = 30  # nobody is let in later than this before closing
    hours: Mapping[date, tuple[OpenInterval, ...]] | None
    hours_confidence: str = "low"  # high | medium | low
    hours_text: str = ""
    ticket: Money | None = None  # one adult; None when unknown, 0 when free
    book_ahead: bool = False
    best_time: tuple[str, ...] = ()
    area: str = ""
    tags: tuple[str, ...] = ()
    wikidata: str = ""


class EventKind(StrEnum):
    HOLIDAY = "holiday"
    FESTIVAL = "festival"
    MUSIC = "music"
    SPORT = "sport"
    STAGE = "stage"  # theatre, opera, comedy, dance
    OTHER = "other"


class Event(Fact):
    """A public holiday or an event. `certain` is False for "usually in May; check dates".

    What is sold has more: when it begins (in the zone of its venue), where, and who sells it.
    """

    id: str
    name: str
    kind: EventKind
    first: date
    last: date
    certain: bool = True
    impact: str = ""  # highlight | crowds | closes_sights
    starts_at: AwareDatetime | None = None  # None: no fixed time, or a whole day
    status: str = ""  # cancelled | postponed | moved; empty when it takes place
    venue: str = ""
    venue_point: Point | None = None
    url: str = ""  # where it is sold or described
    price_from: Money | None = None
    price_to: Money | None = None


class Airport(Value):
    iata: str
    km: float
    transfer_min: int


class Destination(Fact):
    """Everything the atlas holds about one destination, apart from its sights.

    A town that the atlas does not have is made of what is known of it (`Places.town`): its source
    says so, `climate` and `best_months` are empty, prices are those of its neighbours.
    """

    id: str
    name: str
    local_name: str
    kind: str
    country: str
    center: Point
    timezone: str
    airports: tuple[Airport, ...]
    fast_rail: str = ""  # the network of high-speed trains with a main station there
    vibes: Mapping[
        str, int
    ]  # city beach food nightlife culture nature romance family adventure winter: 0..3
    currency: str
    daily_low: Decimal
    daily_mid: Decimal
    daily_high: Decimal
    meal_mid: Decimal
    stay_min: int
    stay_typical: int
    stay_max: int
    climate: tuple[Climate, ...]  # twelve, January first; empty when nobody knows
    best_months: tuple[int, ...]
    quiet_share: float  # share of its sights tagged quiet or hidden-gem
    step_free_share: float | None = None  # of its sights known to be step-free; None: unknown
    steps_share: float = 0.0  # of those with a tag of STEPS


class Phrase(Value):
    meaning: str
    local: str
    say: str = ""


class CountryFacts(Fact):
    """What a traveller needs in a country. Unknown is None or empty, never guessed."""

    code: str
    name: str
    currency: str
    plug_types: tuple[str, ...]
    voltage: int | None
    drive_side: str
    emergency: Mapping[str, str]  # all, police, ambulance, fire
    tipping: str
    tap_water: str
    languages: tuple[str, ...]
    phrases: tuple[Phrase, ...] = ()
    visa_note_url: str = ""
    unsure: frozenset[str] = frozenset()  # power, emergency, ...: written down, to be checked


class FlightEstimate(Fact):
    """An estimate of a return flight, never a fare: range for one adult, and search links."""

    origin: str  # IATA
    destination: str  # IATA
    km: float
    hours: float  # one way, in the air
    low: Money
    high: Money
    links: tuple[tuple[str, str], ...]  # (label, url)


class Leg(Value):
    """Getting from one point to the next: `minutes` includes waiting, not our margin."""

    minutes: int
    km: float
    mode: str  # walk | transit | drive
    source: str = ""  # whose map it was measured on; empty: our own estimate from the distance


class Rate(Fact):
    """1 `base` = `rate` `quote`, on `day`."""

    base: str
    quote: str
    rate: Decimal
    day: date


class Severity(StrEnum):
    """How grave a warning is, in the words of the Common Alerting Protocol."""

    UNKNOWN = "Unknown"
    MINOR = "Minor"
    MODERATE = "Moderate"
    SEVERE = "Severe"
    EXTREME = "Extreme"


class Alert(Fact):
    """A warning for a place, from `onset` to `ends` (UTC).

    `official` is False for what our own thresholds make of a forecast; `headline` is then ours,
    else the issuer's words, unchanged. `id` is the issuer's; an update names in `references` the
    ids it replaces.
    """

    id: str
    event: str  # "Winter Storm Warning"
    severity: Severity
    onset: AwareDatetime
    ends: AwareDatetime
    headline: str
    area: str
    official: bool
    issuer: str = ""
    description: str = ""
    instruction: str = ""
    link: str = ""
    references: frozenset[str] = frozenset()


class AlertReport(Value):
    """Warnings, gravest first. No alerts and something `silent` is not "no warnings".

    `checked` names the sources that answered, `silent` those that did not; `notes` are sentences
    for the traveller about what could not be told from their answers.
    """

    alerts: tuple[Alert, ...] = ()
    checked: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class Alerts(Protocol):
    async def active(
        self, destination: Destination, first: date, last: date, language: str = "en"
    ) -> AlertReport:
        """Warnings known now that touch the local days `first`..`last`.

        An outage is in the report's `silent`, never an exception.
        """
        ...


class Geocoder(Protocol):
    async def find(
        self, text: str, *, kind: str = "", country: str = "", near: Point | None = None
    ) -> list[Place]:
        """Places called `text`, best first; typos and local names allowed; empty when none.

        `kind` may be "country", "state" or "city" to narrow an ambiguous name. With `near`, an
        address, a hotel or a sight around that point may be meant (kind "spot").
        """
        ...

    async def at(self, point: Point) -> Place | None:
        """The place at a point, or the town nearest to it; None far out at sea."""
        ...


class Weather(Protocol):
    async def forecast(
        self, place: Point, timezone: str, first: date, last: date
    ) -> list[DayWeather]:
        """Forecast days in `first`..`last`; days past the horizon are missing, never padded."""
        ...


class Flights(Protocol):
    async def estimate(
        self, origin: Place, destination: Destination, first: date, last: date, currency: str
    ) -> FlightEstimate:
        """A return flight for one adult. Raises Rejected when no airport is near."""
        ...


class Events(Protocol):
    async def between(self, destination: Destination, first: date, last: date) -> list[Event]:
        """Public holidays and events that touch the local days `first`..`last`, in order."""
        ...

    async def known(self, destination: Destination, first: date, last: date) -> list[Event]:
        """Of these what is built in: nobody is asked, so a hundred places cost nothing."""
        ...


class Places(Protocol):
    """The atlas, and later live sources."""

    def destinations(self) -> Sequence[Destination]: ...

    def destination(self, id: str) -> Destination | None: ...

    def town(self, place: Place) -> Destination | None:
        """A destination made of a place the atlas does not have; None when nothing is seen there.

        Its id is known to `destination` as well, so that a stored plan finds it again.
        """
        ...

    async def sights(self, destination: Destination, first: date, last: date) -> list[Sight]:
        """Sights with opening intervals for each local day `first`..`last`.

        Raises Unavailable when a town outside the atlas cannot be looked at right now.
        """
        ...

    def country(self, code: str) -> CountryFacts | None: ...

    def continent(self, country: str) -> str:
        """The continent of a country: AF AN AS EU NA OC SA; empty when unknown."""
        ...


class Routes(Protocol):
    async def matrix(
        self, points: Sequence[Point], *, walk_km: float | None = None
    ) -> list[list[Leg]]:
        """Legs between all points, row = from, column = to.

        What is farther than `walk_km` on foot is not walked; None leaves that to the source.
        """
        ...


class Rates(Protocol):
    async def rate(self, base: str, quote: str) -> Rate: ...


@dataclass(frozen=True)
class Travel:
    """All travel ports of a turn, in one hand."""

    geocoder: Geocoder
    weather: Weather
    flights: Flights
    events: Events
    places: Places
    routes: Routes
    rates: Rates
    offers: FlightOffers | None = None  # None: nobody is configured to sell flights
    searches_a_day: int = 5  # flight searches of one person; each may cost the operator money
    flight_status: FlightStatus | None = None
    alerts: Alerts | None = None  # None: nobody is asked for warnings
    date_names: DateNamesOf | None = None  # to check the dates of translations
