"""Which zone a place lies in, as people write it; several zones or none are left to a person."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.patients.places import find_zone
from app.zones import zone


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("London", "Europe/London"),
        ("in new york", "America/New_York"),
        ("I'm in San Francisco.", "America/Los_Angeles"),
        ("Estoy en Ciudad de México", "America/Mexico_City"),
        ("Boston, MA", "America/New_York"),
        ("BUENOS AIRES", "America/Argentina/Buenos_Aires"),
        ("São Paulo", "America/Sao_Paulo"),
    ],
)
def test_a_city(text: str, name: str) -> None:
    found = find_zone(text)
    assert found is not None
    assert found[0] == name


@pytest.mark.parametrize("text", ["", "my cabin", "home", "4", "central", "UTC", "GMT+3", "x" * 500, "Springfield"])
def test_no_place_that_is_certain(text: str) -> None:
    assert find_zone(text) is None


@given(st.text(max_size=80))
def test_whatever_is_found_is_a_zone(text: str) -> None:
    found = find_zone(text)
    assert found is None or zone(found[0])
