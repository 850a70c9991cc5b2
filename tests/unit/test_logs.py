"""Nothing that a person wrote, or that identifies one, can reach the log."""

import json
import logging
import sys
import warnings
from collections.abc import Callable, Iterator

import pytest
import structlog
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from app.logs import ALLOWED, configure_logging, get_logger

CANARIES = ("Ana Quintero", "+15550101234", "no aguanto el dolor")


@pytest.fixture(params=["json", "console"])
def log(request: pytest.FixtureRequest) -> Iterator[Callable[[], None]]:
    """Sets logging up as in the service, for each form of output; put back afterwards.

    Called inside the test: only there is standard error the one that ``capsys`` reads.
    """
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield lambda: configure_logging("INFO", request.param)
    root.handlers, root.level = handlers, level
    logging.captureWarnings(False)
    structlog.reset_defaults()


def written(capsys: pytest.CaptureFixture[str]) -> str:
    out = capsys.readouterr()
    assert out.out == ""
    return out.err


@pytest.mark.parametrize("canary", CANARIES)
def test_a_field_that_is_not_on_the_list_is_dropped_and_said(log: Callable[[], None], capsys, canary: str) -> None:
    log()
    get_logger().info("answer_saved", body=canary, alert_id="a1")
    said = written(capsys)
    assert canary not in said and "answer_saved" in said and "a1" in said and "dropped: body" in said


@pytest.mark.parametrize("canary", CANARIES)
def test_the_message_of_an_exception_is_never_written(log: Callable[[], None], capsys, canary: str) -> None:
    log()
    try:
        raise ValueError(f"cannot read {canary}")
    except ValueError as error:
        get_logger().exception("evaluation_failed")
        get_logger().error("evaluation_failed", exc_info=error)
        get_logger().error("evaluation_failed", exc_info=sys.exc_info())
    said = written(capsys)
    assert canary not in said and said.count("ValueError") == 3 and "test_logs.py:" in said


@pytest.mark.parametrize("canary", CANARIES)
def test_a_chain_of_exceptions_is_not_written_either(log: Callable[[], None], capsys, canary: str) -> None:
    log()
    try:
        try:
            raise KeyError(canary)
        except KeyError as error:
            raise RuntimeError(canary) from error
    except RuntimeError:
        get_logger().exception("evaluation_failed")
    assert canary not in written(capsys)


@pytest.mark.parametrize("canary", CANARIES)
def test_a_library_cannot_write_its_arguments(log: Callable[[], None], capsys, canary: str) -> None:
    log()
    logging.getLogger("some.library").warning("could not send %s", canary)
    logging.getLogger("some.library").error(f"could not send {canary}")
    try:
        raise OSError(canary)
    except OSError:
        logging.getLogger("some.library").exception("lost %s", canary)
    said = written(capsys)
    assert canary not in said and said.count("some.library") == 3


def test_a_library_that_only_informs_is_not_heard(log: Callable[[], None], capsys) -> None:
    log()
    logging.getLogger("some.library").info("POST /webhooks/twilio/sms")
    assert written(capsys) == ""


@pytest.mark.parametrize("canary", CANARIES)
def test_a_warning_cannot_quote(log: Callable[[], None], capsys, canary: str) -> None:
    log()
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(False)
        logging.captureWarnings(True)
        warnings.warn(f"odd value {canary}", UserWarning, stacklevel=1)
    assert canary not in written(capsys)


@pytest.mark.parametrize("canary", CANARIES)
def test_a_failed_statement_does_not_show_its_values(log: Callable[[], None], capsys, canary: str) -> None:
    log()
    engine = create_engine("sqlite://", hide_parameters=True)
    try:
        with engine.connect() as connection:
            connection.execute(text("INSERT INTO nowhere VALUES (:value)"), {"value": canary})
    except SQLAlchemyError as error:
        assert canary not in str(error)
        get_logger().exception("statement_failed")
    engine.dispose()
    assert canary not in written(capsys)


@pytest.mark.parametrize("log", ["json"], indirect=True)
def test_json_is_one_object_a_line(capsys, log: Callable[[], None]) -> None:
    log()
    get_logger().info("started", port=8000)
    line = json.loads(written(capsys))
    assert (line["event"], line["port"], line["level"]) == ("started", 8000, "info") and line["timestamp"]


def test_no_field_on_the_list_is_made_for_personal_data() -> None:
    personal = {"body", "text", "phone", "recipient", "sender", "email", "given_name", "family_name", "answer", "url"}
    assert not personal & ALLOWED
