"""One HTTP client for all providers: deadline, retry, pace, cache with age, single flight."""

from adapters.travel.http.answers import Answer, Refused
from adapters.travel.http.asking import MAX_BODY_BYTES, MAX_PICTURE_BYTES, How, Question
from adapters.travel.http.client import ProviderClient
from adapters.travel.http.limits import LIMITS, Limit

__all__ = [
    "LIMITS",
    "MAX_BODY_BYTES",
    "MAX_PICTURE_BYTES",
    "Answer",
    "How",
    "Limit",
    "ProviderClient",
    "Question",
    "Refused",
]
