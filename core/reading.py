"""What one message asks for, in typed form: the shape that the reader and the model both fill."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from typing import Literal, Protocol

from pydantic import Field

from core.groups.asking import PollAsk, VoteSaid
from core.groups.cost_said import CostSaid
from core.groups.dates import Availability
from core.linking import LinkSaid
from core.messages import Value
from core.notices.asking import NoticesSaid
from core.wishes import When, Wish


class Intent(StrEnum):
    START = "start"
    HELP = "help"
    BRAINSTORM = "brainstorm"  # where to go
    PLAN = "plan"  # a plan for a known place (or for a suggestion picked)
    REVISE = "revise"  # change the plan
    WHY = "why"  # why is X on that day / in the plan
    SUPPORT = "support"  # practical question about a place or the running trip
    TRIPS = "trips"  # list or open trips
    PROFILE = "profile"  # show or change what is known about the person
    SETTINGS = "settings"
    EXPORT = "export"  # the trip as a file or all data, as `what` says
    FORGET = "forget"
    CANCEL = "cancel"
    UNDO = "undo"
    SAVE = "save"  # save a suggestion
    DISMISS = "dismiss"  # not this suggestion
    MORE = "more"  # other suggestions
    YES = "yes"
    NO = "no"
    THANKS = "thanks"
    JOIN = "join"  # count me in; by words or by button
    LEAVE = "leave"  # I am out of this trip
    MEMBERS = "members"  # who is in; guests added by name
    POLL = "poll"  # let us vote on it
    VOTE = "vote"
    CLOSE_POLL = "close_poll"
    DECIDED = "decided"  # what did we decide
    CATCH_UP = "catch_up"  # what did I miss
    PRIVATE = "private"  # a wish for the group's trip that nobody else may learn
    FIT = "fit"  # how well the plan fits me
    FREE = "free"  # days on which somebody can travel, or a time that suits all
    COST = "cost"  # somebody paid
    BALANCES = "balances"  # who owes whom
    LINK = "link"  # the same person in another chat
    NOTICES = "notices"  # what Caravan says unasked: less of it, when, why
    CHAT = "chat"  # anything else
    UNCLEAR = "unclear"  # not understood by rules


class Topic(StrEnum):
    """What a SUPPORT message is about."""

    NEXT = "next"  # what is next, what is today
    RAIN = "rain"
    CLOSED = "closed"
    WEATHER = "weather"
    WARNINGS = "warnings"  # storms, floods, fires: is there a warning
    EMERGENCY = "emergency"
    PLUGS = "plugs"
    TIPPING = "tipping"
    MONEY = "money"
    PHRASES = "phrases"
    WATER = "water"
    ENTRY = "entry"  # visa, passport
    TRANSPORT = "transport"
    TIME = "time"  # what time is it there
    LANGUAGE = "language"
    DRIVING = "driving"
    PACKING = "packing"
    EVENTS = "events"
    HOURS = "hours"  # when is X open
    LATE = "late"  # delayed, missed
    BOOKING = "booking"  # book, pay, call for me
    AREA = "area"  # where to stay
    COST = "cost"
    FOOD = "food"  # where to eat
    FLIGHTS = "flights"  # what flights are on sale
    FLIGHT_STATUS = "flight_status"  # is TP1234 on time; about = its number
    MAP = "map"  # the plan, a day or a stop on a map
    WHEN = "when"  # on which day a stop of the plan is, or whether it is in at all
    DEPARTURE = "departure"  # when to leave for home
    WAY = "way"  # from one sight to another: about, other
    WHICH = "which"  # which stops are free, open, indoors, step-free: other; about = of one stop
    TICKETS = "tickets"  # does this stop need one, and what does it cost
    LODGING = "lodging"  # where the own hotel is
    SUN = "sun"  # sunrise, sunset
    SAFETY = "safety"
    ADVICE = "advice"  # medicine and law: not ours
    SELF = "self"  # what Caravan is, and what it tells nobody


class ChangeKind(StrEnum):
    SLOWER = "slower"
    FASTER = "faster"
    PACE = "pace"  # wish.pace
    CHEAPER = "cheaper"
    NO_CATEGORY = "no_category"  # "no museums": what = interest tag
    MORE_OF = "more_of"  # "more food": what = interest tag
    REMOVE = "remove"  # what = words naming a stop
    ADD = "add"  # what = words naming a sight
    SWAP_DAYS = "swap_days"  # day, other_day
    MOVE = "move"  # what, to `day`
    ARRIVE_AT = "arrive_at"  # at
    LEAVE_AT = "leave_at"
    SHIFT_DATES = "shift_dates"  # wish.when
    PARTY = "party"  # wish.party
    BUDGET = "budget"  # wish.budget
    FIXED = "fixed"  # an appointment, the hotel or a walking limit in the wish
    BOOKED = "booked"  # what = words naming a stop: it stays at its time
    UNBOOKED = "unbooked"  # what = words naming a stop: its booking is given up
    INDOOR = "indoor"  # rain plan for `day` (None: every rainy day)
    TAKE_SWAP = "take_swap"  # what = id of a stop: the indoor sight that the plan has for it


class Change(Value):
    """One change to a plan. `day` and `other_day` count from 1; `on` is a date that was said."""

    kind: ChangeKind
    what: str = ""
    day: int | None = None
    other_day: int | None = None
    on: date | None = None
    at: time | None = None


class ProfileEdit(Value):
    """One fact about the person. `key` is one of core.people.KEYS; an empty value removes it."""

    key: str
    value: str
    remove: bool = False


class GuestEdit(Value):
    """Somebody without an account comes along, or no longer does."""

    name: str
    remove: bool = False


class NearDay(Value):
    """A day beside one that no calendar has; `when` is the message read with it instead."""

    day: date
    when: When | None = None


class NoDay(Value):
    """A day that was said and that does not exist, such as 29 February 2027; `near` are the days
    before and after it."""

    words: str  # "29 February 2027"
    near: tuple[NearDay, ...]
    leap_year: int | None = None  # of a 29 February: the next year that has it


class Request(Value):
    """One message, read. `confidence` 0..1 is how sure the reader is of the intent.

    `wish` holds only what this message says. `pick` is the number of an offered choice, from 1
    (-1 the last one); `pick_name` its words. `correction` is set by "actually", "no, June".
    """

    intent: Intent
    confidence: float = Field(ge=0, le=1)
    language: str = "en"
    wish: Wish = Wish()
    pick: int | None = None
    pick_name: str = ""
    changes: tuple[Change, ...] = ()
    topic: Topic | None = None
    about: str = ""  # the words naming a stop, place, sight or thing asked about
    other: str = ""  # for WAY: where it ends; for WHICH: the quality
    day: int | None = None  # "day 2"
    on: date | None = None
    # for MONEY: "how much is 50 euros in yen"; for LATE: minutes on a day in town
    amount: Decimal | None = None
    currency: str = ""
    to_currency: str = ""
    edits: tuple[ProfileEdit, ...] = ()
    what: Literal["", "calendar", "data", "files", "pack", "picture", "gpx", "kml", "costs"] = ""
    correction: bool = False
    also: bool = False  # the towns named come to those of the trip: "Naples as well"
    alone: Literal["", "tell", "show", "forget", "ask"] = ""  # for PRIVATE; ask: of another
    free: Availability | None = None  # for FREE and PRIVATE: days that somebody named
    poll: PollAsk | None = None
    vote: VoteSaid | None = None
    impossible: Literal["", "days", "people", "money", "date"] = ""  # what no trip can have so
    no_day: NoDay | None = None  # when `impossible` is "date"
    guests: tuple[GuestEdit, ...] = ()
    cost: CostSaid | None = None  # for COST and BALANCES
    link: LinkSaid | None = None
    notices: NoticesSaid | None = None


class Paraphrase(Value):
    """What a model makes of a message the rules do not understand.

    `english` says the same in plain English, with every date, number and name kept; the rules read
    that. So a model widens what is understood, and code still computes every date and amount.
    """

    language: str = Field(description="BCP 47 code of the language the message is written in")
    english: str = Field(
        description="the same request in plain, short English; keep dates, numbers and names"
    )


class ReadingContext(Value):
    """What the reader has to know to understand a message.

    `today` is the sender's local date. `has_plan` tells that the open trip has a plan, so that
    "slower" is a change; `asked` is the name of the question that was asked last ("dates",
    "destination", "origin", "erase"), so that "mid June" or "yes" is its answer. `chosen` tells
    that the place to plan is known and the plan waits for the rest: what is said next is about it.
    """

    today: date
    offered: tuple[str, ...] = ()  # labels of the choices shown last, in order
    suggested: tuple[str, ...] = ()  # names of the suggested destinations, in order
    asked: str = ""
    chosen: bool = False
    has_plan: bool = False
    on_plan: bool = False  # the plan, and not ideas where to go, was talked about last
    has_trip: bool = False
    stops: tuple[str, ...] = ()  # titles of the plan's stops
    home_currency: str = ""
    language: str = "en"
    polling: tuple[str, ...] = ()  # the options of the polls that are open
    polled: tuple[str, ...] = ()  # of those that are over
    guests: tuple[str, ...] = ()  # names of those without an account
    people: tuple[str, ...] = ()  # of those who are in with one
    has_costs: bool = False
    notices: Literal["", "talk", "came"] = ""  # the talk is of notices, or one has just come


class Reader(Protocol):
    """Reads a message by rules alone: deterministic, no network, a few milliseconds."""

    def read(self, text: str, context: ReadingContext) -> Request: ...
