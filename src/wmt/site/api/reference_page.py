"""The page that lists what the API can do, drawn from its own document."""

from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from wmt.site.api.api import document
from wmt.site.problems import PATH

_METHODS = ("get", "post", "put", "delete")


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Every operation: its address, what it is, what it takes and which answers it can give."""
    return render(request, "api/index.jinja", {"groups": _groups(), "root": PATH})


@cache
def _groups() -> list[dict[str, Any]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for address, methods in document()["paths"].items():
        for method in _METHODS:
            if method in methods:
                operation = _operation(address, method, methods[method])
                found.setdefault(methods[method]["tags"][0], []).append(operation)
    return [{"title": title, "operations": operations} for title, operations in found.items()]


def _operation(address: str, method: str, told: dict[str, Any]) -> dict[str, Any]:
    """One operation as the page shows it."""
    body = told.get("requestBody")
    return {
        "id": told["operationId"],
        "method": method.upper(),
        "address": address.removeprefix("/").split("/"),  # in parts, so that a narrow page can break it
        "summary": told["summary"],
        "description": told.get("description", ""),
        "parameters": [
            {
                "name": each["name"],
                "where": "in the address" if each["in"] == "path" else "query",
                "kind": _kind(each["schema"]),
                "needed": each["required"],
                "meaning": each.get("description", ""),
            }
            for each in told["parameters"]
        ],
        "fields": _fields(body["content"]["application/json"]["schema"]) if body else [],
        "answers": [f"{status} {answer['description']}" for status, answer in told["responses"].items()],
    }


def _fields(schema: dict[str, Any], within: str = "") -> list[dict[str, Any]]:
    """The fields of a body, and those of what is in its lists."""
    name = schema.get("$ref", "").rpartition("/")[2]
    whole: dict[str, Any] = document()["components"]["schemas"][name] if name else schema
    found = []
    for name, part in whole.get("properties", {}).items():
        place = f"{within}{name}"
        found.append(
            {
                "name": place,
                "where": "body",
                "kind": _kind(part),
                "needed": name in whole.get("required", ()),
                "meaning": part.get("description", ""),
            }
        )
        if part.get("type") == "array" and "$ref" in part["items"]:
            found += _fields(part["items"], f"{place}[].")
    return found


def _kind(schema: dict[str, Any]) -> str:
    """What a value is, in few words."""
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_kind(each) for each in schema["anyOf"]))
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2].removesuffix("In").lower()
    if "enum" in schema:
        return ", ".join(str(each) for each in schema["enum"])
    if "const" in schema:
        return str(schema["const"])
    if schema.get("type") == "array":
        return f"list of {_kind(schema['items'])}"
    if schema.get("format") == "date":
        return "day"
    words = {"string": "text", "integer": "whole number", "boolean": "true or false", "null": "null"}
    kind = str(schema.get("type", "anything"))
    return words.get(kind, kind)
