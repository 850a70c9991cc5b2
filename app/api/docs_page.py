"""The description of the API for people: a page made on the server from the OpenAPI document."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Flask, Response, make_response, render_template

from app.api.calls import PREFIX

_POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_METHODS = ("get", "post", "patch")


def register_docs_page(app: Flask, spec: Mapping[str, Any]) -> None:
    """Serve ``/api/v1/docs``; it loads nothing but its own style sheet."""
    pages = Blueprint(
        "api_docs", __name__, url_prefix=PREFIX, template_folder="templates", static_folder="static",
        static_url_path="/docs/static",
    )  # fmt: skip
    groups = _groups(spec)

    @pages.get("/docs")
    def show_docs() -> Response:
        response = make_response(render_template("api_docs.html", spec=spec, groups=groups, prefix=PREFIX))
        response.headers["Content-Security-Policy"] = _POLICY
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    app.register_blueprint(pages)


def _groups(spec: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The operations by tag, each with its rows for the page."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, operations in spec["paths"].items():
        for method in _METHODS:
            operation = operations.get(method)
            if operation is not None:
                shared = operations.get("parameters", [])
                groups.setdefault(operation["tags"][0], []).append(_operation(spec, path, method, operation, shared))
    return groups


def _operation(
    spec: Mapping[str, Any], path: str, method: str, operation: Mapping[str, Any], shared: list[Any]
) -> dict[str, Any]:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    answers = operation["responses"]
    success = next(code for code in answers if code.startswith("2"))
    answer = answers[success]["content"]["application/json"]["schema"]
    return {
        "id": operation["operationId"], "path": path, "method": method.upper(), "summary": operation.get("summary"),
        "description": operation.get("description"), "success": success,
        "parameters": [p for p in [*shared, *operation.get("parameters", [])] if p["in"] != "path"],
        "body": _fields(spec, body) if body else [], "answer": _fields(spec, answer),
        "problems": [code for code in answers if not code.startswith("2")],
    }  # fmt: skip


def _fields(spec: Mapping[str, Any], schema: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = _resolve(spec, schema)
    required = found.get("required", [])
    return [
        {
            "name": name, "needed": name in required, "type": _type(spec, below),
            "description": below.get("description", ""),
        }
        for name, below in found.get("properties", {}).items()
    ]  # fmt: skip


def _type(spec: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"])
    kinds = schema.get("type", "any")
    if kinds == "array":
        return f"list of {_type(spec, schema['items'])}"
    return str(schema.get("format") or (" or ".join(kinds) if isinstance(kinds, list) else kinds))


def _resolve(spec: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in schema:
        return schema
    found: Mapping[str, Any] = spec["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return found
