"""What is asked of a provider: one request, its key in the cache, and what of it is secret."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from hashlib import sha256
from typing import Any, Literal, TypedDict

import orjson

MAX_BODY_BYTES = 4 * 1024 * 1024
MAX_PICTURE_BYTES = 2 * 1024 * 1024
# Names that hold a key wherever they appear; a provider with another name says so itself.
SECRET_PARAMS = frozenset({"apikey", "api_key", "appid", "key", "access_key", "token"})
SECRET_HEADERS = frozenset(
    {
        "authorization",
        "cookie",
        "x-access-token",
        "x-api-key",
        "x-api-market-key",
        "x-goog-api-key",
        "x-magicapi-key",
        "x-rapidapi-key",
    }
)


def _anything(_body: Any) -> None:
    """Every body is fine."""


def _whole(body: Any) -> Any:
    return body


class How(TypedDict, total=False):
    """What a question may say beside the address. Nothing here is needed by most.

    `keep_for` is how old a body may be and still be shown when the provider fails; `check` raises
    Unavailable for a body that must be neither used nor kept; `reduce` makes of a good body what
    is kept and returned (JSON again), so that megabytes need not stay. `secret_params` names
    parameters that hold a key under an unusual name. `revalidate` sends If-None-Match and
    If-Modified-Since; `expires` lets the provider's Expires header lengthen `fresh_for`. `weight`
    is what the call costs of the day's budget, `timeout_s` its own deadline, `retries` how often it
    may be tried again at most.
    """

    headers: Mapping[str, str]
    keep_for: timedelta
    check: Callable[[Any], None]
    reduce: Callable[[Any], Any]
    secret_params: tuple[str, ...]
    revalidate: bool
    expires: bool
    weight: float
    timeout_s: float
    retries: int
    max_bytes: int


@dataclass(frozen=True)
class Question:
    """One request, in full. `idempotent` ones are asked again, kept and shared.

    `fresh_for` may depend on the body: that there is nothing is asked again sooner.
    """

    who: str
    url: str
    method: Literal["GET", "POST"] = "GET"
    # Not in `repr`: these may hold a key or a traveller's words.
    params: Mapping[str, str] = field(default_factory=dict, repr=False)
    json: Any = field(default=None, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)
    kind: Literal["json", "picture"] = "json"
    idempotent: bool = True
    fresh_for: timedelta | Callable[[Any], timedelta] = timedelta(0)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    keep_for: timedelta = timedelta(days=1)
    check: Callable[[Any], None] = _anything
    reduce: Callable[[Any], Any] = _whole
    secret_params: tuple[str, ...] = ()
    revalidate: bool = False
    expires: bool = False
    weight: float = 1.0
    timeout_s: float | None = None
    retries: int | None = None
    max_bytes: int = MAX_BODY_BYTES

    @cached_property
    def key(self) -> str:
        """The key in the cache: everything that changes the answer, secrets only as a hash."""
        names = {n.lower() for n in self.secret_params} | SECRET_PARAMS
        params = sorted(
            (k, _hashed(v) if k.lower() in names else v) for k, v in self.params.items()
        )
        key = f"{self.url}?{'&'.join(f'{k}={v}' for k, v in params)}"
        if self.headers:
            key += f" {_hashed(repr(sorted(self.headers.items())))}"
        if self.method == "POST":
            body = orjson.dumps([self.json, self.form], option=orjson.OPT_SORT_KEYS)
            key = f"POST {key} {sha256(body).hexdigest()[:32]}"
        return key

    @cached_property
    def secrets(self) -> tuple[str, ...]:
        """Values that must not be repeated, longest first."""
        names = {n.lower() for n in self.secret_params} | SECRET_PARAMS
        values = {v for k, v in self.params.items() if k.lower() in names}
        for name, value in self.headers.items():
            if name.lower() in SECRET_HEADERS:
                values |= {value, value.rpartition(" ")[2]}
        return tuple(sorted((v for v in values if v), key=len, reverse=True))

    def hide(self, text: str) -> str:
        """`text` without secrets, and without what providers like to repeat of a question."""
        for value in self.secrets:
            text = text.replace(value, "…")
        for value in self.params.values():
            if len(value) >= 8:
                text = text.replace(value, "…")
        return text


def _hashed(secret: str) -> str:
    return f"#{sha256(secret.encode()).hexdigest()[:16]}"
