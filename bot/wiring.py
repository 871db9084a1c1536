"""The composition root: settings in, a running Caravan out. Tests put fakes in here."""

from __future__ import annotations

import asyncio
import gc
import os
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Protocol, runtime_checkable

from adapters.chat.front import Front
from adapters.exports.registry import FileExporter
from adapters.models.offline import OfflineModel
from adapters.models.reader import RuleReader
from adapters.models.reader.spots import PlaceNames
from adapters.models.reader.world import World
from adapters.stores.sqlite import SqliteStore
from adapters.travel.airports import airport_cities
from adapters.travel.atlas import gazetteer
from adapters.travel.atlas.atlas import Atlas
from adapters.travel.atlas.finder import Finder
from adapters.travel.atlas.typos import close_names
from adapters.travel.curated import AtlasEvents, AtlasGeocoder, AtlasPlaces
from adapters.travel.date_names import date_names
from adapters.travel.flight_estimate import FlightEstimates
from adapters.travel.great_circle import GreatCircleRoutes
from adapters.travel.rates import BuiltInRates
from bot.clock import SystemClock
from bot.codes import fresh_code
from bot.noticing import Noticing
from bot.runtime import Runtime
from bot.settings import Settings
from core.concierge import Concierge, Introduce, Wiring
from core.context import ContextManager
from core.errors import Unavailable
from core.flows.account import Account
from core.flows.brainstorm import Brainstorm
from core.flows.costs import Costs
from core.flows.deciding import Deciding
from core.flows.fit import Fit
from core.flows.free import Free
from core.flows.linking import Linking
from core.flows.members import Members
from core.flows.notices import Notices
from core.flows.planning import Planning
from core.flows.private import Private
from core.flows.support import Support
from core.messages import InboundMessage
from core.notices.composing import Composing
from core.notices.state import Composer, Notice, Watcher
from core.notices.translating import Translating
from core.notices.watching import Watching
from core.ports import ChatAdapter, Clock, LanguageModel, Store
from core.prompts import PromptLoader
from core.reading import ReadingContext
from core.spending import Budget
from core.travel import Alerts, DayWeather, Point, Travel, Weather

VERSION = "0.1.0"
FLOWS = (
    Brainstorm,
    Planning,
    Support,
    Account,
    Members,
    Costs,
    Linking,
    Private,
    Fit,
    Free,
    Deciding,
    Notices,
)


@dataclass
class App:
    """Everything that runs, and how to close it. Nothing has started yet."""

    settings: Settings
    clock: Clock
    store: Store
    model: LanguageModel
    concierge: Concierge
    adapters: Sequence[ChatAdapter]
    runtime: Runtime
    noticing: Noticing
    close: list[Callable[[], object]]

    async def aclose(self) -> None:
        for adapter in self.adapters:
            await adapter.aclose()
        await self.model.aclose()
        for closing in self.close:
            result = closing()
            if asyncio.iscoroutine(result):
                await result
        await self.store.aclose()


@dataclass(frozen=True)
class Parts:
    """What tests replace; None means the real one. `monotonic` and `sleep` are what the paces of
    chat platforms go by."""

    clock: Clock | None = None
    model: LanguageModel | None = None
    weather: Weather | None = None
    alerts: Alerts | None = None
    travel: Travel | None = None
    adapters: Sequence[ChatAdapter] | None = None
    new_code: Callable[[], str] | None = None
    composer: Composer | None = None
    watcher: Watcher | None = None
    wrap_store: Callable[[Store], Store] | None = None  # faults are wrappers around ports
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


class NoWeather:
    """Stands in when the weather service is switched off."""

    async def forecast(
        self, place: Point, timezone: str, first: object, last: object
    ) -> list[DayWeather]:
        raise Unavailable("The weather service", "switched off")


async def build(settings: Settings, parts: Parts = Parts()) -> App:
    """Put everything together. Raises Misconfigured for what the operator has to mend."""
    clock = parts.clock or SystemClock()
    prompts = PromptLoader.load()
    close: list[Callable[[], object]] = []
    travel = parts.travel or _travel(settings, clock, close)
    if parts.weather is not None:
        travel = replace(travel, weather=parts.weather)
    if parts.alerts is not None:
        travel = replace(travel, alerts=parts.alerts)
    reader = rule_reader()
    offline = OfflineModel(reader)
    model = parts.model or await _model(settings, offline)
    per_minute = settings.messages_per_minute if settings.for_others else 0
    store: Store = await SqliteStore.open(settings.database_path, clock, per_minute)
    if parts.wrap_store is not None:
        store = parts.wrap_store(store)
    adapters = (
        list(parts.adapters)
        if parts.adapters is not None
        else _adapters(settings, clock, store, parts)
    )
    wiring = Wiring(
        reader=reader,
        model=model,
        travel=travel,
        prompts=prompts,
        context=ContextManager(model.count_tokens, settings.context_tokens),
        flows={flow.name: flow() for flow in FLOWS},
        clock=clock,
        exporter=FileExporter(),
        new_code=parts.new_code or fresh_code,
        introduce=_introduce(adapters),
        budget=Budget(store, settings.token_limits, clock) if settings.token_limits else None,
    )
    concierge = Concierge(store, wiring)
    waited_for = settings.slack or bool(settings.telegram_webhook_url)
    runtime = Runtime(store, concierge, adapters, clock, prompt_intake=waited_for)
    rows = partial(_rows, store)
    composer = parts.composer or Translating(
        Composing(travel, wiring.exporter, rows),
        model,
        prompts,
        store.keep_calls,
        wiring.budget,
        travel.date_names,
    )
    watcher = parts.watcher or Watching(travel, rows, runtime.counters)
    noticing = Noticing(store, clock, composer, watcher, runtime.counters)
    return App(settings, clock, store, model, concierge, adapters, runtime, noticing, close)


async def _rows(store: Store, trip: str) -> tuple[Notice, ...]:
    """The notices of a trip, whatever became of them."""
    found = await store.calendar_of(trip)
    return found.rows if found is not None else ()


def keep_what_is_loaded() -> None:
    """Tell the garbage collector that all that was loaded so far stays; it need not look again.

    Then it may also wait longer: what a turn makes is freed by its last reference.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def place_names() -> World:
    """The built-in names: the atlas, towns, states, countries, airports."""
    atlas = Atlas.load()
    return World(atlas, gazetteer, partial(close_names, atlas), airport_cities())


def rule_reader(names: PlaceNames | None = None) -> RuleReader:
    """The reader over these names, else the built-in ones; one typo is looked up now, as the first
    is slow."""
    reader = RuleReader(names or place_names())
    reader.read("lisbonn", ReadingContext(today=date(2026, 1, 1)))
    return reader


def offline_travel(clock: Clock) -> Travel:
    """The travel ports that need no network: the atlas, estimates, the dated rates."""
    atlas = Atlas.load()
    places = AtlasPlaces(atlas)
    rates = BuiltInRates()
    hubs = {a.iata for d in places.destinations() for a in d.airports}
    return Travel(
        geocoder=AtlasGeocoder(Finder(atlas)),
        weather=NoWeather(),
        flights=FlightEstimates(rates, clock, hubs),
        events=AtlasEvents(atlas),
        places=places,
        routes=GreatCircleRoutes(),
        rates=rates,
        date_names=date_names,
    )


def _travel(settings: Settings, clock: Clock, close: list[Callable[[], object]]) -> Travel:
    travel = offline_travel(clock)
    if not settings.live:
        return travel
    from bot.providers import live_travel  # a caravan without providers need not load them

    return live_travel(settings, clock, travel, close)


async def _model(settings: Settings, offline: OfflineModel) -> LanguageModel:
    """The language model of the settings; LangChain is imported only when one is named."""
    if settings.language_model == "offline":
        return offline
    from adapters.models.langchain import LangChainService, ModelSpec
    from adapters.models.tokens import load_counter

    specs = []
    for name in (settings.language_model, settings.fallback_model):
        vendor, _, model = name.partition(":")
        if vendor == "openai":
            key, url = settings.openai_api_key, settings.openai_base_url
        elif vendor == "anthropic":
            key, url = settings.anthropic_api_key, settings.anthropic_base_url
        else:
            continue
        # The price is that of the first model; what a fallback costs is not known.
        price = settings.price if name == settings.language_model else None
        specs.append(ModelSpec(vendor, model, key.get_secret_value(), url, price))
    count = await asyncio.to_thread(load_counter)
    return await asyncio.to_thread(LangChainService.of, specs, count=count)


@runtime_checkable
class _Introducing(Protocol):
    """An adapter whose platform sends messages without the names of people."""

    platform: str

    async def introduce(self, message: InboundMessage) -> InboundMessage: ...


def _introduce(adapters: Sequence[ChatAdapter]) -> Introduce:
    by_platform = {a.platform: a for a in adapters if isinstance(a, _Introducing)}

    async def introduce(message: InboundMessage) -> InboundMessage:
        adapter = by_platform.get(message.conversation.platform)
        return message if adapter is None else await adapter.introduce(message)

    return introduce


def _adapters(settings: Settings, clock: Clock, store: Store, parts: Parts) -> list[ChatAdapter]:
    """Every adapter that is configured; the console when there is none.

    What comes in over HTTP comes through one server, on PORT, whoever it is for.
    """
    found: list[ChatAdapter] = []
    front = Front(settings.port)
    token = settings.telegram_token.get_secret_value()
    if token:
        from adapters.chat.telegram import TelegramAdapter, WebhookSettings

        webhook = None
        if settings.telegram_webhook_url:
            webhook = WebhookSettings(
                settings.telegram_webhook_url,
                settings.telegram_webhook_secret.get_secret_value(),
                settings.port,
            )
        found.append(
            TelegramAdapter(
                token,
                settings.telegram_base_url,
                clock,
                webhook=webhook,
                front=front,
                messages_per_second=settings.telegram_per_second,
                monotonic=parts.monotonic,
                sleep=parts.sleep,
            )
        )
    if settings.slack:
        found.append(_slack(settings, clock, store, front, parts))
    return found or [console(clock)]


def _slack(
    settings: Settings, clock: Clock, store: Store, front: Front, parts: Parts
) -> ChatAdapter:
    from adapters.chat.slack.adapter import SlackAdapter, SlackSettings
    from adapters.chat.slack.bolt import OAuth
    from adapters.chat.slack.outgoing import SlackOutgoing
    from adapters.chat.slack.ports import AtHome, Outgoing, Tokens

    secret = settings.slack_client_secret.get_secret_value()
    oauth = OAuth(settings.slack_client_id, secret) if settings.slack_client_id else None

    async def at_home(person: str) -> AtHome:
        return AtHome(*await store.at_home(person))

    def outgoing(tokens: Tokens, writer_of: Callable[[str], str]) -> Outgoing:
        return SlackOutgoing(
            tokens,
            clock,
            settings.slack_base_url,
            recipient=writer_of,
            monotonic=parts.monotonic,
            sleep=parts.sleep,
        )

    return SlackAdapter(
        SlackSettings(
            bot_token=settings.slack_bot_token.get_secret_value(),
            app_token=settings.slack_app_token.get_secret_value(),
            signing_secret=settings.slack_signing_secret.get_secret_value(),
            oauth=oauth,
            keys=settings.slack_encryption_key.get_secret_value(),
            base_url=settings.slack_base_url,
        ),
        clock,
        store,
        at_home,
        outgoing,
        front,
    )


def console(clock: Clock) -> ChatAdapter:
    from adapters.chat.console import ConsoleAdapter, run_id

    return ConsoleAdapter(clock, run_id(clock.now(), os.getpid()), Path("caravan-files"))
