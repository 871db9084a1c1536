"""Caravan as it is, but for Slack's pace: the benchmark's workspace takes messages at any rate."""

from __future__ import annotations

import sys

from adapters.chat.slack import rates
from bot.cli import main

if __name__ == "__main__":
    rates.PER_MINUTE["chat.postMessage"] = 1_000_000
    rates.CHANNEL_PER_SECOND = 1_000.0
    sys.exit(main(["run"]))
