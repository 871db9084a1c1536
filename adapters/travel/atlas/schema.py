"""The shape of the atlas files: one model per destination YAML and per country YAML.

Dates are local calendar dates, temperatures °C, rain mm a month, sun hours a month, distances km.
Unknown values are null, never guessed.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

SCHEMA_VERSION = 1
WEEKDAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")


def _weekday_number(value: object) -> object:
    return WEEKDAYS.index(value) if isinstance(value, str) and value in WEEKDAYS else value


class Record(BaseModel):
    """A frozen part of an atlas file; a field the schema does not know is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Tag = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+([-_][a-z0-9]+)*$")]
Words = Annotated[str, StringConstraints(min_length=1, pattern=r"^\S(.*\S)?$")]
WikidataId = Annotated[str, StringConstraints(pattern=r"^Q[1-9]\d*$")]
CountryCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
CurrencyCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
LanguageCode = Annotated[
    str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|\d{3}))?$")
]
Iata = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Url = Annotated[str, StringConstraints(pattern=r"^https://[^\s/]+(/\S*)?$")]
Month = Annotated[int, Field(ge=1, le=12)]
Day = Annotated[int, Field(ge=1, le=31)]
Level = Annotated[int, Field(ge=0, le=3)]
Twelve = Annotated[tuple[float, ...], Field(min_length=12, max_length=12)]
MonthDay = Annotated[str, StringConstraints(pattern=r"^\d{2}-\d{2}$")]

# A number as in datetime.weekday() (Monday is 0), written so or as in opening hours ("Mo").
Weekday = Annotated[int, BeforeValidator(_weekday_number), Field(ge=0, le=6)]

Confidence = Literal["high", "medium", "low"]
Method = Literal["model_knowledge", "api"]
Licence = Literal["own", "CC0-1.0", "CC-BY-4.0", "ODbL-1.0"]
Kind = Literal["city", "island", "region", "park", "town"]
Category = Literal[
    "museum",
    "landmark",
    "church",
    "park",
    "viewpoint",
    "market",
    "beach",
    "neighbourhood",
    "experience",
    "family",
    "nightlife",
    "daytrip",
]
Setting = Literal["indoor", "outdoor", "mixed"]
Impact = Literal["highlight", "crowds", "closes_sights"]
TimeOfDay = Literal["early", "morning", "midday", "afternoon", "sunset", "evening", "night"]
ClosedOn = Literal["public_holidays"]


class Name(Record):
    """The English name, and the name on the spot when it differs."""

    en: Words
    local: Words | None = None


class Point(Record):
    lat: float = Field(ge=-90, le=90)
    lon: float = Field(ge=-180, le=180)


class Provenance(Record):
    """Where one block of a file is from; `field` names the block ("climate", "pois", "*")."""

    field: Words
    source: Words
    url: Url | None = None
    licence: Licence
    retrieved: date
    method: Method
    confidence: Confidence
    reviewed: bool = False
    reviewer: Words | None = None


class PoiProvenance(Record):
    """Where one point of interest is from."""

    sources: Annotated[tuple[Words, ...], Field(min_length=1)]
    retrieved: date
    by: Words
    method: Method
    reviewed: bool = False
    reviewer: Words | None = None
    url: Url | None = None
    licence: Licence = "own"


class AirportRef(Record):
    iata: Iata
    km: float = Field(ge=0, le=400)
    transfer_min: int = Field(ge=5, le=480)


class AlertZones(Record):
    """EMMA ids of the warning zones; empty means: match by name."""

    meteoalarm: tuple[Words, ...] = ()


class Vibes(Record):
    """What a place is good for: 0 not at all, 3 outstanding."""

    city: Level
    beach: Level
    food: Level
    nightlife: Level
    culture: Level
    nature: Level
    romance: Level
    family: Level
    adventure: Level
    winter: Level


class Cost(Record):
    """Money one adult spends a day in the local currency, without `excludes`."""

    currency: CurrencyCode
    daily_low: float = Field(gt=0)
    daily_mid: float = Field(gt=0)
    daily_high: float = Field(gt=0)
    excludes: tuple[Literal["flights", "hotel"], ...]
    meal_mid: float = Field(gt=0)


class StayDays(Record):
    min: int = Field(ge=1)
    typical: int = Field(ge=1)
    max: int = Field(ge=1)

    @model_validator(mode="after")
    def _in_order(self) -> StayDays:
        if not self.min <= self.typical <= self.max:
            raise ValueError("stay_days must be in the order min <= typical <= max")
        return self


class ClimateYear(Record):
    """Typical months, January first. `sun_h` is hours of sun in the whole month."""

    tmax_c: Twelve
    tmin_c: Twelve
    rain_mm: Twelve
    rain_days: Twelve
    sun_h: Twelve
    sea_c: Twelve | None = None


class FixedRule(Record):
    """The same date every year."""

    type: Literal["fixed"]
    month: Month
    day: Day


class NthWeekdayRule(Record):
    """The n-th weekday of a month (-1 = last), then `plus_days` later (or earlier)."""

    type: Literal["nth_weekday"]
    month: Month
    weekday: Weekday
    n: Literal[1, 2, 3, 4, 5, -1]
    plus_days: int = Field(default=0, ge=-31, le=31)


class EasterOffsetRule(Record):
    """Days after Easter Sunday (negative before it): Carnival Tuesday is -47."""

    type: Literal["easter_offset"]
    days: int = Field(ge=-70, le=70)
    church: Literal["western", "orthodox"] = "western"


class LunarTableRule(Record):
    """First days by year, for calendars no simple rule covers: {2027: "02-06"}."""

    type: Literal["lunar_table"]
    dates: Annotated[dict[int, MonthDay], Field(min_length=1)]


class AnnouncedRule(Record):
    """Only the usual month is known: "usually in May; check dates"."""

    type: Literal["announced"]
    month: Month


Rule = Annotated[
    FixedRule | NthWeekdayRule | EasterOffsetRule | LunarTableRule | AnnouncedRule,
    Field(discriminator="type"),
]


class AnnualEvent(Record):
    """Something that comes back every year; `rule` gives its first day."""

    id: Slug
    name: Words
    rule: Rule
    days: int = Field(default=1, ge=1, le=150)
    impact: Impact = "highlight"
    url: Url | None = None


class Ticket(Record):
    """The price for one adult; 0 is free."""

    currency: CurrencyCode
    adult: float = Field(ge=0)
    book_ahead: bool = False


class Poi(Record):
    """Something to see or do at a destination."""

    id: Slug
    name: Name
    wikidata: WikidataId | None = None
    point: Point
    category: Category
    setting: Setting
    rank: int = Field(ge=1, le=5)
    visit_min: int = Field(ge=10, le=720)
    opening: Words | None = None
    opening_confidence: Confidence
    closed_on: tuple[ClosedOn, ...] = ()
    ticket: Ticket | None = None
    best_time: tuple[TimeOfDay, ...] = ()
    area: Words | None = None
    website: Url | None = None
    tags: tuple[Tag, ...] = ()
    prov: PoiProvenance


class DestinationFile(Record):
    """One destination, as in `destinations/<id>.yaml`. `bbox` is south, west, north, east.

    `fast_rail` names the network of high-speed trains that has a main station there.
    """

    id: Slug
    name: Name
    aliases: tuple[Words, ...] = ()
    kind: Kind
    country: CountryCode
    geonames_id: int | None
    wikidata: WikidataId | None
    center: Point
    bbox: tuple[float, float, float, float]
    timezone: Words
    airports: Annotated[tuple[AirportRef, ...], Field(min_length=1)]
    fast_rail: Literal["japan", "china", "korea", "europe", "spain"] | None = None
    alert_zones: AlertZones = AlertZones()
    vibes: Vibes
    cost: Cost
    stay_days: StayDays
    climate: ClimateYear
    best_months: Annotated[tuple[Month, ...], Field(min_length=1)]
    annual_events: tuple[AnnualEvent, ...] = ()
    pois: Annotated[tuple[Poi, ...], Field(min_length=1)]
    provenance: Annotated[tuple[Provenance, ...], Field(min_length=1)]
    schema_version: Literal[1]


class Emergency(Record):
    """Numbers to dial; null when that service has no number of its own."""

    all: str | None
    police: str | None
    ambulance: str | None
    fire: str | None


class TapWater(Record):
    level: Literal["safe", "check", "unsafe"]
    note: Words


class Language(Record):
    code: LanguageCode
    name: Words


class PhraseLine(Record):
    """`say` is a rough pronunciation for an English reader; empty when it adds nothing."""

    meaning: Words
    local: Words
    say: str = ""


# What a phrases file may say, in this order. "…" is a gap for the traveller to fill.
MEANINGS = (
    "hello",
    "thank you",
    "please",
    "excuse me",
    "yes",
    "no",
    "help!",
    "where is …?",
    "how much is it?",
    "the bill, please",
    "I don't eat meat",
    "I am allergic to …",
    "please take me to this address",
    "I need a doctor",
)


class PhrasesFile(Record):
    """A few words of one language, as in `phrases/<code>.yaml`; `code` may name a region."""

    code: LanguageCode
    name: Words
    phrases: Annotated[tuple[PhraseLine, ...], Field(min_length=1)]
    provenance: Annotated[tuple[Provenance, ...], Field(min_length=1)]
    schema_version: Literal[1]


class CountryFile(Record):
    """One country, as in `countries/<code>.yaml`.

    `phrases` is empty in the file: compiling fills it from `phrases/<phrases_language>.yaml`.
    """

    code: CountryCode
    name: Words
    currency: CurrencyCode
    plug_types: tuple[Annotated[str, StringConstraints(pattern=r"^[A-O]$")], ...]
    voltage: int | None = Field(ge=100, le=240)
    frequency: Literal[50, 60] | None
    drive_side: Literal["left", "right"]
    emergency: Emergency
    tipping: Words | None
    tap_water: TapWater | None
    languages: Annotated[tuple[Language, ...], Field(min_length=1)]
    phrases_language: LanguageCode | None
    phrases: tuple[PhraseLine, ...] = ()
    visa_note_url: Url | None
    provenance: Annotated[tuple[Provenance, ...], Field(min_length=1)]
    schema_version: Literal[1]
