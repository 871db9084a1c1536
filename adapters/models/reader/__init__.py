"""Reads travellers' messages by rules: the mode without a key, and the fallback of every model."""

from adapters.models.reader.reader import RuleReader
from adapters.models.reader.spots import PlaceHit, PlaceNames

__all__ = ["PlaceHit", "PlaceNames", "RuleReader"]
