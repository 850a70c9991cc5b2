"""Random values are long enough, differ, and use characters that survive links and logs."""

import re

from app.ids import new_id, new_nonce, new_secret, new_token


def test_an_id_is_24_characters_that_are_hard_to_confuse() -> None:
    assert all(re.fullmatch(r"[0-9a-hjkmnp-tv-z]{24}", new_id()) for _ in range(200))


def test_a_token_fits_a_text_message_and_a_url() -> None:
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{22}", new_token()) for _ in range(200))


def test_a_secret_is_long_enough_to_be_a_key() -> None:
    assert len(new_secret()) >= 32


def test_nothing_comes_twice() -> None:
    for draw in (new_id, new_token, new_secret, new_nonce):
        assert len({draw() for _ in range(5000)}) == 5000


def test_every_bit_of_an_id_varies() -> None:
    ids = [new_id() for _ in range(500)]
    assert all(len({one[position] for one in ids}) > 20 for position in range(24))
