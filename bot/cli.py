"""The command line: caravan run | chat | plan | notices | doctor | atlas."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from collections.abc import Callable, Sequence

from bot.settings import Settings, load_settings
from bot.telemetry import set_up_logging
from core.errors import Misconfigured

EXIT_MISCONFIGURED = 78  # EX_CONFIG


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    arguments = _parser().parse_args(argv)
    try:
        settings = load_settings()
        if arguments.command == "doctor":
            from bot.doctor import doctor

            return doctor(settings, sys.stdout, live=arguments.live)
        if arguments.command == "plan":
            from bot.plan_command import plan

            return plan(arguments)
        if arguments.command == "atlas":
            from bot.refresh_command import refresh

            return refresh(arguments, settings)
        if arguments.command == "notices":
            from bot.notices_command import notices

            return notices(arguments, settings, sys.stdout)
        return _run(settings, chat_only=arguments.command == "chat")
    except Misconfigured as error:
        print(f"Caravan cannot start.\n  {error.why}", file=sys.stderr)
        if error.variable != "settings":
            print(f"  ({error.variable})", file=sys.stderr)
        return EXIT_MISCONFIGURED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="caravan", description="A travel companion for chats.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    commands.add_parser("run", help="start every adapter that is configured, else the console")
    commands.add_parser("chat", help="talk in this terminal, whatever else is configured")
    doctor = commands.add_parser(
        "doctor", help="what is configured, what is missing, what that switches off"
    )
    doctor.add_argument(
        "--live", action="store_true", help="also ask every provider that is on one question"
    )
    from bot.notices_command import add_notices
    from bot.plan_command import add_plan
    from bot.refresh_command import add_atlas

    add_plan(commands)
    add_notices(commands)
    add_atlas(commands)
    return parser


def _run(settings: Settings, *, chat_only: bool) -> int:
    set_up_logging(settings.log_level, settings.secrets)
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(serve(settings, chat_only=chat_only))
    return 0


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop where it exists; the standard loop elsewhere."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


async def serve(settings: Settings, *, chat_only: bool = False) -> None:
    """Run until every adapter ended (console) or a signal asks to stop."""
    from bot.clock import SystemClock
    from bot.schedule import ticking
    from bot.wiring import Parts, build, console, keep_what_is_loaded

    clock = SystemClock()
    parts = Parts(clock=clock, adapters=[console(clock)] if chat_only else None)
    app = await build(settings, parts)
    keep_what_is_loaded()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        with ticking(app.store, clock, app.noticing):
            await app.runtime.run(stop)
    finally:
        await app.aclose()
