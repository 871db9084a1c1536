"""The errors of the vendors' SDKs, which are built alike, as Failures."""

from __future__ import annotations

from typing import Any

from adapters.models.backend import Failure


def failure_of(error: Any) -> Failure:
    """What an SDK raised, in our words; a vendor's own message is never passed on."""
    status = getattr(error, "status_code", None)
    code = getattr(error, "code", None)
    if code == "content_filter":
        return Failure("refused", "the content filter", blame=False)
    if status is None:
        name = type(error).__name__
        if "Timeout" in name:
            return Failure("timeout", "no answer in time", again=True)
        return Failure("error", f"no connection or a broken one ({name})", again=True)
    if status == 429:
        after = _retry_after(error.response.headers)
        again = code != "insufficient_quota"  # more money is needed, not more patience
        return Failure("rate_limited", "too many requests", again=again, retry_after=after)
    if status >= 500 or status in (408, 409):
        after = _retry_after(error.response.headers)
        return Failure("error", f"HTTP {status}", again=True, retry_after=after)
    # A wrong key or model is the operator's to mend; a prompt that is refused is ours.
    return Failure("error", f"HTTP {status}", blame=status in (401, 403, 404))


def _retry_after(headers: Any) -> float | None:
    """Seconds of `Retry-After` (or of its precise sibling); None when it is missing or odd."""
    try:
        if "retry-after-ms" in headers:
            return max(0.0, float(headers["retry-after-ms"]) / 1000)
        return max(0.0, float(headers["retry-after"]))
    except (KeyError, ValueError):
        return None
