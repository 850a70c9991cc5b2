"""What can go wrong, said once: raised inside, translated to an answer at the edge."""


class BedsideError(Exception):
    """Base of every error that a caller is expected to handle."""


class NotFound(BedsideError):
    """The thing does not exist, or not within the caller's site."""


class Conflict(BedsideError):
    """The request is well formed but the thing's present state forbids it. Trying again unchanged cannot help."""


class Rejected(BedsideError):
    """Input that cannot be accepted.

    ``problems`` maps a field (dotted path, ``""`` for the whole) to sentences that say what is wrong and what would be
    right.
    """

    def __init__(self, problems: dict[str, list[str]] | str) -> None:
        self.problems: dict[str, list[str]] = {"": [problems]} if isinstance(problems, str) else problems
        super().__init__("; ".join(f"{f}: {' '.join(p)}" if f else " ".join(p) for f, p in self.problems.items()))


class Unavailable(BedsideError):
    """The service cannot do this just now; the same request may succeed later."""


class DeliveryFailed(BedsideError):
    """The provider did not take a message.

    ``permanent`` tells that sending the same message again cannot help; ``ambiguous`` that the provider may have
    taken it all the same, so that a blind resend could reach the person twice. ``retry_after`` is in seconds.
    """

    def __init__(
        self,
        message: str,
        *,
        permanent: bool = False,
        ambiguous: bool = False,
        code: int | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.ambiguous = ambiguous
        self.code = code
        self.retry_after = retry_after
