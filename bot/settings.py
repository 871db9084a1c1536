"""Every setting, from the environment: the only reader of os.environ.

All mistakes are named at once, each with its variable and what to do.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError

from core.errors import Misconfigured
from core.spending import Limits

_VENDORS = ("openai", "anthropic")
ONE_ANSWER = 4_000  # tokens of an answer and the tools described, beside the prompt


def _model(value: str) -> str:
    vendor, _, name = value.partition(":")
    if value == "offline" or (vendor in _VENDORS and name):
        return value
    raise ValueError("use offline, openai:<model> or anthropic:<model>")


def _https_or_local(value: str) -> str:
    local = ("http://127.0.0.1", "http://localhost", "http://[::1]")
    if value and not value.startswith(("https://", *local)):
        raise ValueError("an https address is needed (http only on this machine)")
    return value.rstrip("/")


def _secret(value: SecretStr) -> SecretStr:
    allowed = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")
    text = value.get_secret_value()
    if text and not (16 <= len(text) <= 256 and set(text) <= allowed):
        raise ValueError("16 to 256 of A-Z a-z 0-9 _ -")
    return value


def _keys(value: SecretStr) -> SecretStr:
    for key in value.get_secret_value().split(",") if value.get_secret_value() else ():
        try:
            right = len(base64.b64decode(key.strip(), altchars=b"-_", validate=True)) == 32
        except ValueError:
            right = False
        if not right:
            raise ValueError(
                "32 random bytes in URL-safe base64; make one with: python3 -c "
                '"import base64, os; print(base64.urlsafe_b64encode(os.urandom(32)).decode())"'
            )
    return value


Model = Annotated[str, AfterValidator(_model)]
Url = Annotated[str, AfterValidator(_https_or_local)]


class Settings(BaseModel):
    """The settings of one process. Secrets never appear in logs or in `repr`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    database_path: Path = Field(Path(".caravan/caravan.sqlite"), alias="CARAVAN_DATABASE")
    log_level: str = Field(
        "WARNING", alias="CARAVAN_LOG_LEVEL", pattern="^(DEBUG|INFO|WARNING|ERROR|CRITICAL)$"
    )
    contact: str = Field("", alias="CARAVAN_CONTACT")

    language_model: Model = Field("offline", alias="LANGUAGE_MODEL")
    fallback_model: Model = Field("offline", alias="LANGUAGE_MODEL_FALLBACK")
    model_price: str = Field(
        "", alias="LANGUAGE_MODEL_PRICE", pattern=r"^(\d+(\.\d+)?,\d+(\.\d+)?)?$"
    )
    openai_api_key: SecretStr = Field(SecretStr(""), alias="OPENAI_API_KEY")
    openai_base_url: Url = Field("", alias="OPENAI_BASE_URL")
    anthropic_api_key: SecretStr = Field(SecretStr(""), alias="ANTHROPIC_API_KEY")
    anthropic_base_url: Url = Field("", alias="ANTHROPIC_BASE_URL")
    context_tokens: int = Field(6_000, alias="CARAVAN_CONTEXT_TOKENS", ge=1_000, le=200_000)

    tokens_per_person: int = Field(500_000, alias="CARAVAN_TOKENS_PER_PERSON_DAY", ge=0)
    tokens_per_chat: int = Field(1_000_000, alias="CARAVAN_TOKENS_PER_CHAT_DAY", ge=0)
    tokens_per_workspace: int = Field(5_000_000, alias="CARAVAN_TOKENS_PER_WORKSPACE_DAY", ge=0)
    tokens_per_day: int = Field(20_000_000, alias="CARAVAN_TOKENS_PER_DAY", ge=0)
    messages_per_minute: int = Field(20, alias="CARAVAN_MESSAGES_PER_MINUTE", ge=0, le=100_000)

    telegram_token: SecretStr = Field(SecretStr(""), alias="TELEGRAM_BOT_TOKEN")
    telegram_base_url: Url = Field("https://api.telegram.org", alias="TELEGRAM_API_BASE_URL")
    telegram_webhook_url: Url = Field("", alias="TELEGRAM_WEBHOOK_URL")
    telegram_webhook_secret: Annotated[SecretStr, AfterValidator(_secret)] = Field(
        SecretStr(""), alias="TELEGRAM_WEBHOOK_SECRET"
    )
    telegram_per_second: float = Field(28.0, alias="TELEGRAM_MESSAGES_PER_SECOND", gt=0, le=10_000)

    slack_bot_token: SecretStr = Field(SecretStr(""), alias="SLACK_BOT_TOKEN")
    slack_app_token: SecretStr = Field(SecretStr(""), alias="SLACK_APP_TOKEN")
    slack_signing_secret: SecretStr = Field(SecretStr(""), alias="SLACK_SIGNING_SECRET")
    slack_client_id: str = Field("", alias="SLACK_CLIENT_ID")
    slack_client_secret: SecretStr = Field(SecretStr(""), alias="SLACK_CLIENT_SECRET")
    slack_encryption_key: Annotated[SecretStr, AfterValidator(_keys)] = Field(
        SecretStr(""), alias="SLACK_ENCRYPTION_KEY"
    )
    slack_base_url: Url = Field("https://slack.com/api", alias="SLACK_API_BASE_URL")
    port: int = Field(8080, alias="PORT", ge=1, le=65_535)

    live: bool = Field(True, alias="CARAVAN_LIVE")
    weather_on: bool = Field(True, alias="CARAVAN_WEATHER")
    open_meteo_base_url: Url = Field("https://api.open-meteo.com", alias="OPEN_METEO_BASE_URL")
    open_meteo_geocoding_base_url: Url = Field(
        "https://geocoding-api.open-meteo.com", alias="OPEN_METEO_GEOCODING_BASE_URL"
    )
    open_meteo_api_key: SecretStr = Field(SecretStr(""), alias="OPEN_METEO_API_KEY")
    met_norway_base_url: Url = Field("https://api.met.no", alias="MET_NORWAY_BASE_URL")
    openweather_api_key: SecretStr = Field(SecretStr(""), alias="OPENWEATHER_API_KEY")
    openweather_base_url: Url = Field(
        "https://api.openweathermap.org", alias="OPENWEATHER_BASE_URL"
    )
    nws_base_url: Url = Field("https://api.weather.gov", alias="NWS_BASE_URL")
    meteoalarm_base_url: Url = Field("https://feeds.meteoalarm.org", alias="METEOALARM_BASE_URL")
    gdacs_base_url: Url = Field("https://www.gdacs.org", alias="GDACS_BASE_URL")
    nominatim_base_url: Url = Field(
        "https://nominatim.openstreetmap.org", alias="NOMINATIM_BASE_URL"
    )
    photon_base_url: Url = Field("https://photon.komoot.io", alias="PHOTON_BASE_URL")
    geoapify_api_key: SecretStr = Field(SecretStr(""), alias="GEOAPIFY_API_KEY")
    geoapify_base_url: Url = Field("https://api.geoapify.com", alias="GEOAPIFY_BASE_URL")

    frankfurter_base_url: Url = Field("https://api.frankfurter.dev", alias="FRANKFURTER_BASE_URL")
    openrouteservice_api_key: SecretStr = Field(SecretStr(""), alias="OPENROUTESERVICE_API_KEY")
    openrouteservice_base_url: Url = Field(
        "https://api.heigit.org/openrouteservice", alias="OPENROUTESERVICE_BASE_URL"
    )
    osrm_base_url: Url = Field("", alias="OSRM_BASE_URL")
    ticketmaster_api_key: SecretStr = Field(SecretStr(""), alias="TICKETMASTER_API_KEY")
    ticketmaster_base_url: Url = Field(
        "https://app.ticketmaster.com", alias="TICKETMASTER_BASE_URL"
    )
    wikipedia_base_url: Url = Field("https://en.wikipedia.org", alias="WIKIPEDIA_BASE_URL")
    overpass_base_url: Url = Field("https://overpass-api.de", alias="OVERPASS_BASE_URL")
    duffel_access_token: SecretStr = Field(SecretStr(""), alias="DUFFEL_ACCESS_TOKEN")
    duffel_base_url: Url = Field("https://api.duffel.com", alias="DUFFEL_BASE_URL")
    flight_searches: int = Field(5, alias="CARAVAN_FLIGHT_SEARCHES", ge=0, le=1_000)
    aerodatabox_api_key: SecretStr = Field(SecretStr(""), alias="AERODATABOX_API_KEY")
    aerodatabox_base_url: Url = Field(
        "https://prod.api.market/api/v1/aedbx/aerodatabox", alias="AERODATABOX_BASE_URL"
    )

    def by_variable(self, variable: str) -> object:
        """The value of the setting with that environment variable; a secret is false when empty."""
        fields = type(self).model_fields
        return getattr(self, next(n for n, f in fields.items() if f.alias == variable))

    @property
    def secrets(self) -> list[str]:
        """The values that must never be shown."""
        values = (getattr(self, name) for name in type(self).model_fields)
        return [v.get_secret_value() for v in values if isinstance(v, SecretStr) and v]

    @property
    def for_others(self) -> bool:
        """Whether people other than the operator write: there is a platform beside the terminal."""
        return bool(self.telegram_token.get_secret_value()) or self.slack

    @property
    def token_limits(self) -> Limits:
        """What a language model may be asked for in a day."""
        return Limits(
            person=self.tokens_per_person,
            chat=self.tokens_per_chat,
            workspace=self.tokens_per_workspace,
            everybody=self.tokens_per_day,
        )

    @property
    def slack(self) -> bool:
        """Whether Slack is on: for one workspace by a token, or for many by OAuth."""
        return bool(self.slack_bot_token.get_secret_value() or self.slack_client_id)

    @property
    def price(self) -> tuple[Decimal, Decimal] | None:
        """US dollars per million tokens in and out, None when not said."""
        if not self.model_price:
            return None
        tokens_in, _, tokens_out = self.model_price.partition(",")
        return Decimal(tokens_in), Decimal(tokens_out)

    @property
    def vendors(self) -> set[str]:
        """The vendors whose keys are needed."""
        return {m.partition(":")[0] for m in (self.language_model, self.fallback_model)} - {
            "offline"
        }


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of this process.

    Raises:
        Misconfigured: every mistake at once, one a line.
    """
    env = os.environ if environ is None else environ
    mistakes: list[str] = []
    aliases = [f.alias for f in Settings.model_fields.values() if f.alias]
    known = {a: env[a].strip() for a in aliases if env.get(a, "").strip()}
    try:
        settings = Settings.model_validate(known)
    except ValidationError as error:
        mistakes += [f"{e['loc'][0]}: {_reason(e)}" for e in error.errors()]
    else:
        mistakes += _contradictions(settings)
        if not mistakes:
            return settings
    raise Misconfigured("settings", "\n  ".join(mistakes))


def _contradictions(s: Settings) -> list[str]:
    found = []
    if "openai" in s.vendors and not s.openai_api_key.get_secret_value():
        found.append("OPENAI_API_KEY: needed by LANGUAGE_MODEL=openai:...")
    if "anthropic" in s.vendors and not s.anthropic_api_key.get_secret_value():
        found.append("ANTHROPIC_API_KEY: needed by LANGUAGE_MODEL=anthropic:...")
    for variable in (
        "CARAVAN_TOKENS_PER_PERSON_DAY",
        "CARAVAN_TOKENS_PER_CHAT_DAY",
        "CARAVAN_TOKENS_PER_WORKSPACE_DAY",
        "CARAVAN_TOKENS_PER_DAY",
    ):
        tokens, needed = s.by_variable(variable), s.context_tokens + ONE_ANSWER
        if isinstance(tokens, int) and 0 < tokens < needed:
            found.append(f"{variable}: one call may need {needed}; 0 is unlimited")
    if s.telegram_webhook_url and not s.telegram_webhook_secret.get_secret_value():
        found.append("TELEGRAM_WEBHOOK_SECRET: needed by TELEGRAM_WEBHOOK_URL")
    token = s.telegram_token.get_secret_value()
    if token and not (token.partition(":")[0].isdigit() and len(token.partition(":")[2]) >= 10):
        found.append("TELEGRAM_BOT_TOKEN: a token looks like 123456789:AAE...; ask @BotFather")
    return found + _slack_contradictions(s)


def _slack_contradictions(s: Settings) -> list[str]:
    bot, app = s.slack_bot_token.get_secret_value(), s.slack_app_token.get_secret_value()
    signing, secret = s.slack_signing_secret.get_secret_value(), s.slack_client_secret
    found = []
    if bot and not bot.startswith("xoxb-"):
        found.append("SLACK_BOT_TOKEN: a bot token begins with xoxb- (OAuth & Permissions)")
    if app and not app.startswith("xapp-"):
        found.append("SLACK_APP_TOKEN: an app-level token begins with xapp- (Basic Information)")
    if not s.slack and (app or signing):
        found.append("SLACK_BOT_TOKEN: needed by the other SLACK_ settings, or SLACK_CLIENT_ID")
    if s.slack and not (app or signing):
        found.append("SLACK_SIGNING_SECRET: needed by HTTP; or SLACK_APP_TOKEN for Socket Mode")
    if s.slack_client_id and not secret.get_secret_value():
        found.append("SLACK_CLIENT_SECRET: needed by SLACK_CLIENT_ID")
    if secret.get_secret_value() and not s.slack_client_id:
        found.append("SLACK_CLIENT_ID: needed by SLACK_CLIENT_SECRET")
    if s.slack_client_id and not s.slack_encryption_key.get_secret_value():
        found.append("SLACK_ENCRYPTION_KEY: needed by SLACK_CLIENT_ID, to keep tokens sealed")
    return found


def _reason(error: Any) -> str:
    return str(error["msg"]).removeprefix("Value error, ")
