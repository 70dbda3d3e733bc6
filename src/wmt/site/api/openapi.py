"""The OpenAPI document, in which what many operations answer is worked out once.

Ninja makes a model of its own for each status of each operation, and asks Pydantic for the schema of each:
that took five seconds, most of it for the same nine problems.
"""

from copy import deepcopy
from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema


class SharedSchemas(OpenAPISchema):
    """The document of an API."""

    def __init__(self, api: NinjaAPI, path_prefix: str) -> None:
        self._known: dict[tuple[Any, ...], tuple[dict[str, Any], bool]] = {}
        super().__init__(api, path_prefix)

    def _create_schema_from_model(
        self, model: Any, by_alias: bool = True, remove_level: bool = True, mode: Any = "validation"
    ) -> tuple[dict[str, Any], bool]:
        fields = getattr(model, "model_fields", {})
        if set(fields) != {"response"}:
            made: tuple[dict[str, Any], bool] = super()._create_schema_from_model(
                model, by_alias, remove_level, mode
            )
            return made
        said = fields["response"]
        key = (said.annotation, repr(said), by_alias, remove_level, mode)
        if key not in self._known:
            self._known[key] = super()._create_schema_from_model(model, by_alias, remove_level, mode)
        return deepcopy(self._known[key])
