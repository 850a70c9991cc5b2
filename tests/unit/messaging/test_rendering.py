"""Messages leave complete, in the person's language, and questions say how to answer them."""

import pytest

from app.messaging.rendering import TEMPLATES, VARIABLES, Asked, Renderer, Shape, Style, TemplateSpec

SOURCES = {
    "en": {
        "link": "{# A fresh link. #}\nYour link:  {{ link }}\n\n",
        "page": "{% set tiers = {'red': 'RED'} %}\nBedside {{ tiers[tier] }} {{ code }} {{ url }}",
        "question": "{{ question }}",
        "ask_together": "{{ count }}|{{ labels }}|{{ low }}-{{ high }}|{{ anchor_low }}-{{ anchor_high }}"
        "|{{ example }}|{{ recall_hours }}",
        "ask_scale": "{{ wording }} {{ low }}={{ anchor_low }} {{ high }}={{ anchor_high }}",
        "ask_choice": "{{ wording }} {{ options }}",
        "ask_number": "{{ wording }} {{ example }}",
        "ask_text": "{{ wording }}",
        "not_understood": "again {{ count }}|{{ labels }}|{{ low }}-{{ high }}|{{ example }}",
    },
    "es": {"link": "Aquí está: {{ link }}"},
}

PAIN = Asked(Shape.SCALE, "How much pain?", "pain", 0, 10, ("none", "worst"))
BREATH = Asked(Shape.SCALE, "How short of breath?", "breathlessness", 0, 10, ("none", "worst"))
APPETITE = Asked(Shape.SCALE, "Appetite lost?", "appetite", 0, 10, ("as usual", "no appetite"))
DAYS = Asked(Shape.NUMBER, "How many days?", "days", 0, 30)
FEVER = Asked(Shape.CHOICE, "Fever?", "fever", options=((1, "I have had it"), (2, "neither")))
WORDS = Asked(Shape.TEXT, "Anything else?", "words")


@pytest.fixture
def renderer() -> Renderer:
    return Renderer(SOURCES)


def test_a_message_has_no_leftovers_of_its_template(renderer):
    assert renderer.render("link", "en", link="https://x.example/c/1") == "Your link: https://x.example/c/1"
    assert renderer.render("page", "en", tier="red", code="1A", reply="1A", url="u") == "Bedside RED 1A u"


def test_accents_that_double_the_price_are_spared(renderer):
    assert renderer.render("link", "es", link="x") == "Aqui esta: x"


@pytest.mark.parametrize("language", ["fr", "ar", ""])
def test_a_language_that_we_do_not_have_gets_english(renderer, language):
    assert renderer.render("link", language, link="x") == "Your link: x"


def test_a_regional_language_gets_its_base(renderer):
    assert renderer.render("link", "es-MX", link="x") == "Aqui esta: x"


def test_a_message_that_does_not_exist_is_an_error(renderer):
    with pytest.raises(KeyError):
        renderer.render("hello", "en")
    with pytest.raises(KeyError):
        renderer.render("closing", "en", readers="", emergency_number="")


@pytest.mark.parametrize("variables", [{}, {"link": "x", "name": "Ana Garcia"}, {"lnk": "x"}])
def test_a_message_with_a_hole_or_with_more_than_it_may_mention_never_leaves(renderer, variables):
    with pytest.raises(TypeError, match="missing or undeclared variables"):
        renderer.render("link", "en", **variables)


def test_what_a_person_wrote_is_never_read_as_a_template(renderer):
    assert renderer.render("question", "en", question="{{ 7 * 7 }} {% if %}") == "{{ 7 * 7 }} {% if %}"


def test_a_template_cannot_reach_into_python():
    outside = Renderer({"en": {"link": "{{ link.__class__.__mro__ }}"}})
    with pytest.raises(Exception, match="unsafe"):
        outside.render("link", "en", link="x")


def test_items_on_one_scale_share_its_ends(renderer):
    assert renderer.ask([PAIN, BREATH], "en", recall_hours=24) == "2|pain, breathlessness|0-10|none-worst|3 0|24"


def test_items_on_different_scales_each_say_theirs(renderer):
    asked = renderer.ask([PAIN, APPETITE], "en")
    assert asked == "2|pain (0 none, 10 worst); appetite (0 as usual, 10 no appetite)|0-10|None-None|3 0|None"


def test_a_number_and_a_choice_can_be_asked_together(renderer):
    assert (
        renderer.ask([DAYS, FEVER], "en") == "2|days; fever (1 I have had it, 2 neither)|None-None|None-None|1 2|None"
    )


@pytest.mark.parametrize(
    ("item", "text"),
    [
        (PAIN, "How much pain? 0=none 10=worst"),
        (FEVER, "Fever? 1 = I have had it, 2 = neither"),
        (DAYS, "How many days? 1"),
        (WORDS, "Anything else?"),
    ],
)
def test_one_item_is_asked_in_its_own_way(renderer, item, text):
    assert renderer.ask([item], "en") == text


@pytest.mark.parametrize(
    ("items", "text"),
    [
        ([PAIN], "again 1|pain|0-10|3"),
        ([PAIN, BREATH], "again 2|pain, breathlessness|0-10|3 0"),
        ([FEVER], "again 1|fever|1-2|2"),
        ([DAYS, FEVER], "again 2|days, fever|None-None|1 2"),
    ],
)
def test_a_reply_that_was_not_understood_gets_an_example(renderer, items, text):
    assert renderer.ask(items, "en", Style.AGAIN) == text


def test_free_text_is_asked_again_as_it_was(renderer):
    assert renderer.ask([WORDS], "en", Style.AGAIN) == "Anything else?"


def test_an_example_is_always_a_possible_answer(renderer):
    narrow = Asked(Shape.SCALE, "?", "narrow", 4, 6, ("a", "b"))
    assert renderer.ask([narrow, narrow, narrow], "en").split("|")[4] == "4 4 5"


def test_every_variable_of_every_message_is_described():
    assert frozenset().union(*(spec.variables for spec in TEMPLATES.values())) == VARIABLES.keys()
    assert all(isinstance(spec, TemplateSpec) for spec in TEMPLATES.values())


def test_pages_can_mention_neither_a_name_nor_a_symptom_of_the_patient():
    pages = [name for name in TEMPLATES if name.startswith("page") or name == "fallback_page"]
    assert len(pages) > 9
    for name in pages:
        assert TEMPLATES[name].variables <= {"code", "reply", "count", "tier", "url", "who", "time", "clinic"}
