"""A small run of benchmarks/notice_days.py: days of notices with everything that can happen."""

from __future__ import annotations

from pathlib import Path

from benchmarks.notice_days import Days


async def test_over_many_days_nothing_is_missed_said_twice_at_night_or_unwanted(
    tmp_path: Path,
) -> None:
    verdicts = await Days(tmp_path, trips=16, days=32, seed=1, risk=0.2).run()

    assert not verdicts.wrong, verdicts.examples
    assert verdicts.seen["due and heard"] > 20
    assert verdicts.seen["died with a claim"] + verdicts.seen["died while sending"] > 0
