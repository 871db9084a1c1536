"""python-telegram-bot as shipped, repeating what it hears."""

from __future__ import annotations

import os
from typing import Any

from telegram.ext import Application, MessageHandler, filters


async def echo(update: Any, _context: Any) -> None:
    await update.effective_message.reply_text(update.effective_message.text)


def main() -> None:
    builder = Application.builder().token(os.environ["TELEGRAM_BOT_TOKEN"])
    application = builder.base_url(os.environ["TELEGRAM_API_BASE_URL"] + "/bot").build()
    application.add_handler(MessageHandler(filters.TEXT, echo))
    application.run_polling(bootstrap_retries=-1)


if __name__ == "__main__":
    main()
