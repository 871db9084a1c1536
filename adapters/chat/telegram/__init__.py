"""Telegram: updates in by polling or webhook, replies out as text with entities and buttons."""

from adapters.chat.telegram.adapter import TelegramAdapter
from adapters.chat.telegram.webhook import WebhookSettings

__all__ = ["TelegramAdapter", "WebhookSettings"]
