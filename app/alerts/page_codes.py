"""The short codes by which a nurse takes an alert from her phone, such as ``1A``."""

from datetime import timedelta

CODE_RESTS = timedelta(days=14)
"""So long a code stands for no other alert after its own is closed."""
# I, O, S and Z are left out: on a small screen they look like 1, 0, 5 and 2.
_LETTERS = "ABCDEFGHJKLMNPQRTUVWXY"
_SHORT = 99 * len(_LETTERS)
_LONG = 9000 * len(_LETTERS)


def code_at(position: int, *, long: bool = False) -> str:
    """The code of the ``position``-th alert of a site: ``1A``, ``1B`` … ``99Y`` and round again.

    ``long`` gives a code with four figures, for when the short one is still in use: 198,000 of them.
    """
    figure, letter = divmod(position % (_LONG if long else _SHORT), len(_LETTERS))
    return f"{figure + (1000 if long else 1)}{_LETTERS[letter]}"
