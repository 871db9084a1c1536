"""The error tree, named by who acts. Vendors' exceptions become these at the border."""


class CaravanError(Exception):
    """The root of everything Caravan raises on purpose."""


class Unavailable(CaravanError):
    """Somebody we depend on gave no usable answer: wait, or go on without.

    `who` names the source in words a traveller understands ("Open-Meteo"), `why` is safe to log,
    `retry_after` is in seconds, None when unknown.
    """

    def __init__(self, who: str, why: str, retry_after: float | None = None) -> None:
        super().__init__(f"{who}: {why}")
        self.who = who
        self.why = why
        self.retry_after = retry_after


class Rejected(CaravanError):
    """The traveller's input cannot be used as it is; `reason` is a sentence for the traveller."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotAllowed(CaravanError):
    """The person may not do this: sign in, or ask the owner. `reason` is a sentence for them."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Misconfigured(CaravanError):
    """The operator has to act; raised at start only, never inside a turn."""

    def __init__(self, variable: str, why: str) -> None:
        super().__init__(f"{variable}: {why}")
        self.variable = variable
        self.why = why


class Stale(CaravanError):
    """A lease was lost: another worker took over, so this worker's result must be thrown away."""
