"""What a text costs, against the standard's figures and against a second implementation."""

import pytest
import smsutil
from hypothesis import given
from hypothesis import strategies as st

from app.messaging.segments import Segments, measure, simplify

SIZES = [
    ("", Segments("GSM-7", 0, 0)),
    ("a", Segments("GSM-7", 1, 1)),
    ("a" * 160, Segments("GSM-7", 1, 160)),
    ("a" * 161, Segments("GSM-7", 2, 161)),
    ("a" * 306, Segments("GSM-7", 2, 306)),
    ("a" * 307, Segments("GSM-7", 3, 307)),
    ("€" * 80, Segments("GSM-7", 1, 160)),
    ("€" * 81, Segments("GSM-7", 2, 162)),
    # 153 is odd: the escape of the 77th euro sign may not be parted from it, so a part holds 76.
    ("€" * 153, Segments("GSM-7", 3, 306)),
    ("a" * 152 + "€" + "a" * 10, Segments("GSM-7", 2, 164)),
    ("é" * 160, Segments("GSM-7", 1, 160)),
    ("á", Segments("UCS-2", 1, 1)),
    ("á" * 70, Segments("UCS-2", 1, 70)),
    ("á" * 71, Segments("UCS-2", 2, 71)),
    ("á" * 134, Segments("UCS-2", 2, 134)),
    ("á" * 135, Segments("UCS-2", 3, 135)),
    ("😀" * 35, Segments("UCS-2", 1, 70)),
    ("😀" * 36, Segments("UCS-2", 2, 72)),
    # A pair of surrogates is not cut: 33 emoji a part.
    ("😀" * 67, Segments("UCS-2", 3, 134)),
    ("\ud800", Segments("UCS-2", 1, 1)),
]


@pytest.mark.parametrize(("text", "segments"), SIZES)
def test_a_text_costs_what_carriers_bill(text: str, segments: Segments) -> None:
    assert measure(text) == segments


@given(st.text(alphabet="abc 123\n€^{}[]~|\\éñüÄΔ@_", min_size=1, max_size=700))
def test_gsm_counts_agree_with_another_implementation(text: str) -> None:
    assert measure(text).encoding == "GSM-7"
    assert measure(text).count == len(smsutil.split(text).parts)


@given(st.text(alphabet="abc áí’😀中", min_size=1, max_size=400).map(lambda text: text + "’"))
def test_unicode_counts_agree_with_another_implementation(text: str) -> None:
    assert measure(text).encoding == "UCS-2"
    assert measure(text).count == len(smsutil.split(text).parts)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("It’s “fine” – thanks…", 'It\'s "fine" - thanks...'),
        ("¿Cómo está? Más dolor, señora: 8", "¿Cómo está? Más dolor, señora: 8".translate(str.maketrans("óá", "oa"))),
        ("SÍ, ÁNIMO, aquí, música", "SI, ANIMO, aqui, musica"),
        ("niño, café, pingüino", "niño, café, pingüino"),
        ("non\u00a0breaking", "non breaking"),
        ("Co\u0301mo", "Como"),
        ("plain", "plain"),
    ],
)
def test_dear_characters_give_way_to_plain_ones(text: str, plain: str) -> None:
    assert simplify(text) == plain
    assert measure(simplify(text)).encoding == "GSM-7"


@pytest.mark.parametrize("text", ["Más ❤", "“中文”", "Αλήθεια… ό", "ç – más"])
def test_nothing_is_lost_where_nothing_is_won(text: str) -> None:
    assert simplify(text) == text


@given(st.text(max_size=300))
def test_digits_never_change_and_the_price_never_rises(text: str) -> None:
    result = simplify(text)
    assert [c for c in result if c.isdigit()] == [c for c in text if c.isdigit()]
    assert measure(result).count <= measure(text).count
