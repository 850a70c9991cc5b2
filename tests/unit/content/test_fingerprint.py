"""Published versions never change: two definitions have the same fingerprint when they say the same, and only then."""

from types import MappingProxyType

import pytest

from app.content.fingerprint import canonical, fingerprint


def test_order_and_layout_do_not_matter():
    assert fingerprint({"a": [1, {"x": "é", "y": None}], "b": 2}) == fingerprint(
        MappingProxyType({"b": 2, "a": (1, {"y": None, "x": "é"})})
    )


@pytest.mark.parametrize("other", [{"a": [2, 1]}, {"a": [1, "2"]}, {"a": [1, 2], "b": None}, {"a": [1.5, 2]}])
def test_any_change_of_content_matters(other):
    assert fingerprint({"a": [1, 2]}) != fingerprint(other)


def test_the_form_is_fixed_so_that_fingerprints_survive_a_new_release():
    assert canonical({"b": [1, True], "a": "ñ"}) == '{"a":"ñ","b":[1,true]}'
    assert fingerprint({}) == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
