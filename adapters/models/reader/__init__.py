"""Reads travellers' messages by rules: the mode without a key, and the fallback of every model."""

from adapters.models.reader.places import PlaceHit, PlaceNames
from adapters.models.reader.reader import RuleReader

__all__ = ["PlaceHit", "PlaceNames", "RuleReader"]
