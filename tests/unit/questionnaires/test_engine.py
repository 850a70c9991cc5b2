"""What one occasion asks, where it does not ask everything."""

from collections.abc import Iterable

from app.questionnaires.definition import Item, Questionnaire
from app.questionnaires.engine import Given, enabled_items, is_complete, narrowed, next_items


def scale(link_id: str, **more: object) -> dict[str, object]:
    return {"link_id": link_id, "type": "scale", "min": 0, "max": 10, "text": {"en": link_id}, **more}


WHOLE = Questionnaire.from_mapping(
    {
        "url": "urn:test", "version": "1", "ask_together": [["pain", "nausea"], ["sleep", "worry"]],
        "items": [
            scale("pain"), scale("nausea"), scale("sleep"), scale("worry"),
            scale("help", enable_when={"item": "worry", "at_least": 4}),
            {"link_id": "words", "type": "text", "text": {"en": "words"}, "optional": True},
        ],
    }
)  # fmt: skip


def links(items: Iterable[Item]) -> list[str]:
    return [item.link_id for item in items]


def test_without_a_choice_it_is_the_whole_questionnaire() -> None:
    assert narrowed(WHOLE, None) is WHOLE
    assert narrowed(WHOLE, []) is WHOLE


def test_only_what_was_chosen_is_asked_shown_and_waited_for() -> None:
    some = narrowed(WHOLE, ["worry", "pain", "help", "gone"])
    assert links(enabled_items(some, {})) == ["pain", "worry"], "in the questionnaire's order"
    assert links(next_items(some, {})) == ["pain"], "half a group is not asked together"
    given = {"pain": Given(3), "worry": Given(5)}
    assert links(next_items(some, given)) == ["help"], "what hangs on an answer is asked if it was chosen"
    assert is_complete(some, {**given, "help": Given(1)})
    assert is_complete(some, {"pain": Given(3), "worry": Given(1)})


def test_a_whole_group_stays_together() -> None:
    assert links(next_items(narrowed(WHOLE, ["sleep", "worry", "pain"]), {"pain": Given(1)})) == ["sleep", "worry"]
