"""The form behind a link: a second fact first, then one question a screen, "you said", and what happens next."""

from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.errors import Conflict, NotFound, Rejected
from app.web.access import link_holder
from app.web.blueprint import pages
from app.web.context import fields, service
from app.web.form_pass import give_pass, has_pass
from app.web.phrases import Phrases, languages, phrases_for
from app.web.questions import CHECK, Question, next_question, question_of, said
from app.web.security import GUESSES, limiter
from app.workflows.describe_site import describe_default_site
from app.workflows.submit_form import Form, check_second_fact, look_at_link, read_form, save_answer, submit_form


def _is_no_guess() -> bool:
    return "fact" not in request.form


@pages.get("/c/<token>")
@link_holder
def show_form(token: str) -> ResponseReturnValue:
    """Whatever comes next behind this link. Changes nothing."""
    try:
        if not has_pass(token):
            return _threshold(token)
        form = read_form(service(), token)
    except NotFound:
        return _cannot_be_used()
    if form.finished:
        return _render("form_done.html", form)
    wanted = request.args.get("q", "")
    if wanted not in {CHECK, *(item.link_id for item in form.items)}:
        wanted = next_question(form.items, form.given)
    if wanted == CHECK:
        return _check(form)
    return _ask(form, wanted)


@pages.post("/c/<token>")
@limiter.limit(GUESSES, exempt_when=_is_no_guess)
@link_holder
def answer_form(token: str) -> ResponseReturnValue:
    """Take in the second fact, one answer, or the end."""
    try:
        if "fact" in request.form:
            return _check_fact(token)
        if not has_pass(token):
            return _go_to(token)
        if request.form.get("do") == "finish":
            return _finish(token)
        return _save(token)
    except (NotFound, Conflict):
        # Finished in the meantime, perhaps by text or on another phone: whoever may know is shown so.
        return _go_to(token) if has_pass(token) else _cannot_be_used()


def _threshold(token: str, problem: str | None = None) -> ResponseReturnValue:
    found = look_at_link(service(), token)
    page = render_template(
        "form_threshold.html", threshold=found, problem=None if found.paused else problem,
        words=phrases_for(found.language),
    )  # fmt: skip
    return page, 422 if problem else 200


def _check_fact(token: str) -> ResponseReturnValue:
    fact = fields("fact")["fact"]
    if fact is None:
        return _threshold(token, "fact_missing")
    try:
        good = check_second_fact(service(), token, fact)
    except Conflict:
        good = False
    return give_pass(_go_to(token), token) if good else _threshold(token, "fact_wrong")


def _save(token: str) -> ResponseReturnValue:
    """Save one answer and go on to the next question; what cannot be read is asked again at once."""
    link_id, value = request.form.get("link_id", ""), request.form.get("value", "").strip()
    skip = request.form.get("do") == "skip"
    if not (value or skip):
        form = read_form(service(), token)
        question = _find(form, link_id)
        if question is None:
            return _go_to(token)
        if question.control != "words":
            return _ask(form, link_id, "choose")
    try:
        form = save_answer(service(), token, link_id, None if skip else value)
    except Rejected:
        form = read_form(service(), token)
        question = _find(form, link_id)
        if question is None:
            return _go_to(token)
        return _ask(form, link_id, "too_long" if question.control == "words" else "not_valid")
    return give_pass(_go_to(token, next_question(form.items, form.given, link_id)), token)


def _finish(token: str) -> ResponseReturnValue:
    try:
        submit_form(service(), token)
    except Rejected:  # a question is open yet: the next page asks it
        return _go_to(token)
    return give_pass(_go_to(token), token)


def _find(form: Form, link_id: str) -> Question | None:
    if link_id not in {item.link_id for item in form.items}:
        return None
    return question_of(form.items, form.given, link_id, form.language)


def _ask(form: Form, link_id: str, problem: str | None = None) -> ResponseReturnValue:
    question = question_of(form.items, form.given, link_id, form.language)
    words = phrases_for(form.language)
    shown = None if problem is None else _problem(words, problem, question)
    response = _render("form_question.html", form, question=question, problem=shown)
    response.status_code = 422 if problem else 200
    return response


def _problem(words: Phrases, name: str, question: Question) -> str:
    bounds = (
        words.say("not_valid_bounds", low=question.low, high=question.high) if question.low and question.high else ""
    )
    return words.say(name, bounds=bounds)


def _check(form: Form) -> ResponseReturnValue:
    return _render("form_check.html", form, lines=said(form.items, form.given, form.language))


def _render(template: str, form: Form, **more: object) -> Response:
    return make_response(render_template(template, form=form, words=phrases_for(form.language), **more))


def _go_to(token: str, question: str | None = None) -> Response:
    return make_response(redirect(url_for("web.show_form", token=token, q=question), 303))


def _cannot_be_used() -> ResponseReturnValue:
    """One page for links that are wrong, expired or used: whoever tries links learns nothing from it."""
    site = describe_default_site(service())
    texts = {language: phrases_for(language) for language in languages()}
    return render_template("form_bad_link.html", texts=texts, site=None if site is None or site.several else site), 404
