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
    words = {"spec": spec, "groups": _groups(spec), "documents": _documents(spec), "prefix": PREFIX}

    @pages.get("/docs")
    def show_docs() -> Response:
        response = make_response(render_template("api_docs.html", **words))
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
                groups.setdefault(operation["tags"][0], []).append(_operation(path, method, operation, shared))
    return groups


def _operation(path: str, method: str, operation: Mapping[str, Any], shared: list[Mapping[str, Any]]) -> dict[str, Any]:
    answers = operation["responses"]
    success = next(code for code in answers if code.startswith("2"))
    return {
        "id": operation["operationId"], "path": path, "method": method.upper(), "summary": operation.get("summary"),
        "description": operation.get("description"), "success": success,
        "parameters": [p for p in [*shared, *operation.get("parameters", [])] if p["in"] != "path"],
        "body": _type(_json(operation["requestBody"])) if "requestBody" in operation else None,
        "answer": _type(_json(answers[success])),
        "problems": sorted(code for code in answers if not code.startswith("2")),
    }  # fmt: skip


def _json(part: Mapping[str, Any]) -> Mapping[str, Any]:
    schema: Mapping[str, Any] = part["content"]["application/json"]["schema"]
    return schema


def _documents(spec: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every kind of document with its fields."""
    return [
        {
            "name": name,
            "fields": [
                {
                    "name": field, "needed": field in schema.get("required", []), "type": _type(below),
                    "description": below.get("description", ""),
                }
                for field, below in schema["properties"].items()
            ],
        }
        for name, schema in sorted(spec["components"]["schemas"].items())
    ]  # fmt: skip


def _type(schema: Mapping[str, Any]) -> dict[str, str]:
    """How a type reads: ``before`` in words, and ``link`` the kind of document that it names."""
    if "$ref" in schema:
        return {"before": "", "link": str(schema["$ref"]).rpartition("/")[2]}
    if "enum" in schema:
        return {"before": " | ".join(str(value) for value in schema["enum"]), "link": ""}
    kinds = schema.get("type", "any")
    if kinds == "array":
        inner = _type(schema["items"])
        return {"before": f"list of {inner['before']}", "link": inner["link"]}
    known = [kinds] if isinstance(kinds, str) else list(kinds)
    if "format" in schema:
        known = [schema["format"] if kind == "string" else kind for kind in known]
    return {"before": " or ".join(known), "link": ""}
