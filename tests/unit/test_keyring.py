"""Sealed text opens only where it was sealed; keys rotate; look-ups do not tell what they look up."""

import pytest

from app.keyring import CannotOpen, Keyring, fold, hash_token

OLD, NEW, INDEX_OLD, INDEX_NEW = ("k" * 31 + end for end in "1234")
HERE = "patient.given_name.row1"


@pytest.fixture
def keyring() -> Keyring:
    return Keyring([OLD], [INDEX_OLD])


@pytest.mark.parametrize("text", ["Ana", "", "Zoë Ñandú 👵🏽", "x" * 10_000, "\udcff"])
def test_what_was_sealed_opens(keyring: Keyring, text: str) -> None:
    assert keyring.open(keyring.seal(text, HERE), HERE) == text


def test_the_text_cannot_be_seen(keyring: Keyring) -> None:
    assert b"Ana" not in keyring.seal("Ana", HERE)


def test_the_same_text_never_looks_the_same(keyring: Keyring) -> None:
    assert keyring.seal("Ana", HERE) != keyring.seal("Ana", HERE)


@pytest.mark.parametrize("elsewhere", ["patient.given_name.row2", "patient.family_name.row1", "site.given_name.row1"])
def test_moved_text_does_not_open(keyring: Keyring, elsewhere: str) -> None:
    with pytest.raises(CannotOpen):
        keyring.open(keyring.seal("Ana", HERE), elsewhere)


@pytest.mark.parametrize("position", [0, 1, 5, 16, 17, -1])
def test_altered_text_does_not_open(keyring: Keyring, position: int) -> None:
    sealed = bytearray(keyring.seal("Ana", HERE))
    sealed[position] ^= 1
    with pytest.raises(CannotOpen):
        keyring.open(bytes(sealed), HERE)


@pytest.mark.parametrize("rubbish", [b"", b"\x01", b"\x01" * 16, b"\x01" * 40])
def test_rubbish_does_not_open(keyring: Keyring, rubbish: bytes) -> None:
    with pytest.raises(CannotOpen):
        keyring.open(rubbish, HERE)


def test_a_new_first_key_seals_and_the_old_one_still_opens(keyring: Keyring) -> None:
    rotated = Keyring([NEW, OLD], [INDEX_OLD])
    before, after = keyring.seal("Ana", HERE), rotated.seal("Ana", HERE)
    assert rotated.open(before, HERE) == rotated.open(after, HERE) == "Ana"
    assert not rotated.sealed_with_first(before) and rotated.sealed_with_first(after)


def test_a_key_that_was_taken_away_opens_nothing(keyring: Keyring) -> None:
    with pytest.raises(CannotOpen):
        Keyring([NEW], [INDEX_OLD]).open(keyring.seal("Ana", HERE), HERE)


def test_an_index_finds_the_same_value_and_keeps_purposes_apart(keyring: Keyring) -> None:
    assert keyring.index("phone", "+15550101234") == keyring.index("phone", "+15550101234")
    assert keyring.index("phone", "1") != keyring.index("mrn", "1")
    assert keyring.index("phone", "1") != keyring.index("phone", "2")


def test_an_index_needs_its_own_key(keyring: Keyring) -> None:
    assert Keyring([NEW], [INDEX_OLD]).index("phone", "1") == keyring.index("phone", "1")
    assert Keyring([OLD], [INDEX_NEW]).index("phone", "1") != keyring.index("phone", "1")


def test_the_field_key_and_the_index_key_never_do_each_others_work() -> None:
    same = Keyring([OLD], [OLD])
    assert same.index("phone", "1") != Keyring([OLD], [INDEX_OLD]).index("phone", "1")


def test_while_index_keys_rotate_both_hashes_are_looked_for(keyring: Keyring) -> None:
    rotated = Keyring([OLD], [INDEX_NEW, INDEX_OLD])
    assert keyring.index("phone", "1") in rotated.indexes("phone", "1")
    assert rotated.index("phone", "1") == rotated.indexes("phone", "1")[0]


def test_purpose_and_value_cannot_run_together(keyring: Keyring) -> None:
    assert keyring.index("name", "ab") != keyring.index("namea", "b")


@pytest.mark.parametrize(("one", "other"), [("José", "jose"), ("STRASSE", "straße"), (" Ana ", "ana"), ("Ａna", "ana")])
def test_names_fold(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_different_names_stay_different() -> None:
    assert fold("Ana") != fold("Anna")


def test_a_token_is_stored_hashed() -> None:
    assert "token" not in hash_token("token") and len(hash_token("token")) == 64
