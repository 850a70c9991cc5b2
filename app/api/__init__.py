"""The JSON API for integrations."""

from flask import Flask
from flask_smorest import Api

from app.api.alerts import alerts
from app.api.calls import PREFIX, PROBLEMS
from app.api.care_plans import care_plans
from app.api.charts import charts, messages
from app.api.content import content
from app.api.docs_page import register_docs_page
from app.api.patients import patients
from app.api.problems import MEDIA_TYPE, SCHEMA, answer_routing_error
from app.api.rates import set_up_rates
from app.api.schedules import schedules
from app.api.staff import staff

_GROUPS = (patients, charts, care_plans, alerts, staff, schedules, content, messages)
_DESCRIPTION = (
    "Patients, check-ins, responses, alerts and messages of one clinic. Every call carries a token: "
    "Authorization: Bearer <token>. Ids are opaque. Times are RFC 3339 in UTC. Errors are problem documents (RFC "
    "9457). A list gives `items` and `next`; give `next` as `cursor` to go on."
)


class _Described(Api):  # type: ignore[misc]  # flask_smorest has no types
    """The OpenAPI document, and nothing that reaches beyond the API."""

    DEFAULT_ERROR_RESPONSE_NAME = None  # each call names its problems: a default would allow any answer at all

    def _register_error_handlers(self) -> None:
        """Leave the errors of web pages and webhooks alone: the library would answer them all in JSON."""


def register_api(app: Flask) -> None:
    """Register ``/api/v1`` with its description in OpenAPI and as a page."""
    app.config.update(
        API_TITLE="Bedside API", API_VERSION="1", OPENAPI_VERSION="3.1.0", OPENAPI_URL_PREFIX=PREFIX,
        OPENAPI_JSON_PATH="openapi.json",
    )  # fmt: skip
    set_up_rates(app)
    app.before_request(answer_routing_error)
    api = _Described(app, spec_kwargs={"info": {"description": _DESCRIPTION}, "security": [{"token": []}]})
    _describe_problems(api)
    for group in _GROUPS:
        api.register_blueprint(group)
    register_docs_page(app, api.spec.to_dict())


def _describe_problems(api: Api) -> None:
    components = api.spec.components
    components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    components.schema("Problem", SCHEMA)
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for status, description in PROBLEMS.items():
        components.response(f"Problem{status}", {"description": description, "content": content})
