"""What a message file may say: plain wording, declared variables, simple choices, and no more than it may cost."""

from collections.abc import Iterator, Mapping
from typing import Any

from jinja2 import TemplateError, TemplateSyntaxError, nodes

from app.content.problems import Problem
from app.messaging.rendering import Renderer, environment
from app.messaging.segments import measure
from app.messaging.templates import TEMPLATES, VARIABLES

MAX_CHARACTERS = 1600
"""The longest body that an SMS provider takes."""

_ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.If,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Test,
    nodes.Assign,
    nodes.Dict,
    nodes.Pair,
    nodes.Getitem,
)
"""Saying a variable, choosing between wordings, and a table of words: enough for messages, and nothing can run away."""


def template_problems(file: str, name: str, text: str) -> Iterator[Problem]:
    """Everything wrong with the text of one message before it is rendered."""
    spec = TEMPLATES.get(name)
    if spec is None:
        yield Problem(file, 1, f"there is no message called {name!r}")
        return
    try:
        tree = environment().parse(text)
    except TemplateSyntaxError as error:
        yield Problem(file, error.lineno, f"not readable as a template: {error.message}")
        return
    except RecursionError:
        yield Problem(file, 1, "nested too deeply")
        return
    made_here = {node.name for node in tree.find_all(nodes.Name) if node.ctx == "store"}
    for node in _below(tree):
        if not isinstance(node, _ALLOWED):
            yield Problem(file, node.lineno, f"{type(node).__name__.lower()} is not used in messages: keep it simple")
        elif isinstance(node, nodes.Name) and node.name not in spec.variables | made_here:
            known = ", ".join(sorted(spec.variables)) or "none"
            yield Problem(file, node.lineno, f"the variable {node.name!r} is not declared for {name!r}: {known}")
        elif isinstance(node, nodes.Name) and node.ctx == "store" and node.name in spec.variables:
            yield Problem(file, node.lineno, f"{node.name!r} is given from outside and cannot be set here")


def cost_problems(file: str, name: str, language: str, renderer: Renderer, encoding: str) -> Iterator[Problem]:
    """Whether the message can be rendered, and stays within the segments of its language, with typical values."""
    try:
        text = render_sample(renderer, name, language)
    except (TemplateError, TypeError, KeyError, ValueError) as error:
        yield Problem(file, 1, f"cannot be rendered: {error}")
        return
    if not text:
        yield Problem(file, 1, "says nothing")
    segments = measure(text)
    allowed = TEMPLATES[name].allowed(encoding)
    if segments.count > allowed or len(text) > MAX_CHARACTERS:
        yield Problem(
            file, 1, f"costs {segments.count} segments ({segments.encoding}) with typical values; {allowed} at most"
        )


def render_sample(renderer: Renderer, name: str, language: str, **known: Any) -> str:
    """The message with typical values, except for those ``known``; what is itself a message is in the same language."""
    values = {variable: VARIABLES[variable][1] for variable in TEMPLATES[name].variables}
    if "open_hours" in values:
        values["open_hours"] = render_sample(renderer, "open_days", language)
    if "readers" in values:
        values["readers"] = render_sample(renderer, "readers", language)
    if "question" in values:
        values["question"] = render_sample(renderer, "ask_together", language)
    return renderer.render(name, language, **(values | known))


def missing_messages(messages: Mapping[str, Mapping[str, str]], languages: frozenset[str]) -> Iterator[Problem]:
    """A message that a language does not have."""
    for language in sorted(languages):
        for name in sorted(TEMPLATES.keys() - messages.get(language, {}).keys()):
            yield Problem(f"sms_templates/{language}/{name}.txt", 1, "is missing")


def _below(node: nodes.Node) -> Iterator[nodes.Node]:
    yield node
    for child in node.iter_child_nodes():
        yield from _below(child)
