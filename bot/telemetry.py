"""Logs with ids and no text. Secrets are taken out before anything is written."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterable, MutableMapping
from typing import Any

import structlog

_SHAPES = re.compile(
    r"\d{6,12}:[A-Za-z0-9_-]{30,}"  # Telegram
    r"|xox[a-z]-[A-Za-z0-9-]{10,}|xapp-[A-Za-z0-9-]{10,}"  # Slack
    r"|(?<=with code: )\S+"  # Bolt, when an installation fails
    r"|sk-[A-Za-z0-9_-]{16,}"  # OpenAI, Anthropic
    r"|sb_(?:secret|publishable)_[A-Za-z0-9_-]{8,}"  # Supabase
    r"|eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}"  # JWT
    r"|(?i:bearer)\s+[A-Za-z0-9._~+/=-]{16,}"
    r"|(?i:(?:api_?key|appid|token|secret|password|ticket)=)[^\s&\"']{6,}"
)
_LOUD = (
    "httpx httpx2 httpcore httpcore2 aiohttp telegram slack_bolt slack_sdk openai anthropic"
).split()


class Redactor:
    """Replaces secrets: everything that looks like one, and those of this process by value."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._values = sorted({s for s in secrets if len(s) >= 6}, key=len, reverse=True)

    def clean(self, text: str) -> str:
        for value in self._values:
            text = text.replace(value, "***")
        return _SHAPES.sub("***", text)

    def processor(
        self, _logger: Any, _name: str, event: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        """For structlog: every string of an event, also inside exceptions."""
        for key, value in event.items():
            if isinstance(value, str):
                event[key] = self.clean(value)
            elif not isinstance(value, int | float | bool | None):
                event[key] = self.clean(str(value))
        return event


class _RedactingFormatter(logging.Formatter):
    """The standard library's records pass here too, traceback included."""

    def __init__(self, redactor: Redactor) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")
        self._redactor = redactor

    def format(self, record: logging.LogRecord) -> str:
        return self._redactor.clean(super().format(record))


def set_up_logging(level: str, secrets: Iterable[str] = ()) -> Redactor:
    """JSON lines on standard error; third-party loggers only from WARNING up."""
    redactor = Redactor(secrets)
    number = logging.getLevelNamesMapping().get(level, logging.WARNING)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_RedactingFormatter(redactor))
    logging.basicConfig(level=number, handlers=[handler], force=True)
    for name in _LOUD:
        logging.getLogger(name).setLevel(max(number, logging.WARNING))
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            redactor.processor,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    return redactor
