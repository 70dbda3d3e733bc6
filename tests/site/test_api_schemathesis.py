"""Everything the document of the API allows is asked, and much that it does not, by a seed.

No answer may be a fault of the program, have a status that is not documented, or another shape than that.
"""

# ruff: noqa: F811 - fixtures come by import
import json
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from ipaddress import ip_address
from itertools import count
from typing import Any

import pytest
import schemathesis
from accounts_fixtures import configured  # noqa: F401
from api_fixtures import ROOT, Program, fresh_counts, person_with, token_of  # noqa: F401
from django.conf import settings as django_settings
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client, override_settings
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS

from conftest import Nation
from wmt.site.api.api import document
from wmt.site.availability.models import KINDS
from wmt.site.workload.models import Unit
from wmt.site.workload.state import current_state
from wmt.site.wsgi import application

pytestmark = pytest.mark.one_database

MANY = 400 if os.environ.get("WMT_SOAK") else 5
#: Whether valid data is accepted is for the rules to say: they refuse a reason that has expired.
LEFT_OUT = {"positive_data_acceptance", "max_response_time"}
#: A copy: schemathesis writes into the document it is given.
DOCUMENT = json.loads(json.dumps(document()))
SCHEMA = schemathesis.openapi.from_dict(json.loads(json.dumps(DOCUMENT)))
_FROM = count()
SIGNALS = (request_started, request_finished)


def from_anywhere(environ: dict[str, Any], start_response: Any) -> Any:
    """The site, asked from another address each time: who tries wrong tokens is told to wait."""
    for signal in SIGNALS:  # the test's connection stays: what is changed is taken back with its transaction
        signal.disconnect(close_old_connections)
    address = ip_address(0x0A000000 + next(_FROM) % 2**24)
    return application({**environ, "REMOTE_ADDR": str(address)}, start_response)


SCHEMA.app = from_anywhere
OPERATIONS = sorted(
    (method.upper(), address) for address, methods in DOCUMENT["paths"].items() for method in methods
)


def checks() -> list[Any]:
    """Every check there is but those left out."""
    return [check for check in CHECKS.get_all() if check.__name__ not in LEFT_OUT]


@pytest.fixture(autouse=True)
def within_the_test() -> Iterator[None]:
    """Puts back what `from_anywhere` takes away."""
    yield
    for signal in SIGNALS:
        signal.connect(close_old_connections)


@pytest.fixture(scope="module")
def real(
    rows_of_module: Callable[[], AbstractContextManager[None]], _shown_nation: Callable[[], Nation]
) -> "Real":
    """What there is to ask about, made once: units, events, a reduction, a grade, hours, a rule, a night.

    Each example changes what it likes of it for itself.
    """
    with rows_of_module(), override_settings(CONFIG=replace(django_settings.CONFIG, event_feed=True)):
        return _real(_shown_nation())


def _real(nation: Nation) -> "Real":
    user = person_with("administrator")
    asker = Program(user, token_of(user), Client())
    day = current_state().day.isoformat()
    units = Unit.objects.filter(load=nation.load, whole=True).order_by("level", "code")
    codes: dict[str, list[str]] = {}
    for level, code in units.values_list("level", "code"):
        codes.setdefault(level, []).append(code)
    post = codes["post"][0]
    for what, body in (
        ("reductions", {"reason": "1", "percent": 5, "first_day": day}),
        ("grades", {"grade": "SPO", "first_day": day}),
    ):
        assert asker.ask("post", f"posts/{post}/{what}", body).status_code == 201
    assert asker.ask("put", f"posts/{post}/hours/{day}", {"hours": 20}).status_code == 200
    return Real(
        asker,
        day,
        codes,
        post,
        {"path": "tier_points.pc16.community.A3", "name": nation.load.night, "reason": "3"},
    )


@dataclass
class Real:
    """What there is to ask about, in place of what is made up."""

    asker: Program
    day: str
    codes: dict[str, list[str]]
    post: str
    words: dict[str, str]

    def put_into(self, case: Any, data: Any) -> None:
        """Fill a question with what is there."""
        path = case.path_parameters
        path.update({name: word for name, word in self.words.items() if name in path})
        if "code" in path:
            level = path.get("level") or ("team" if "/teams/" in case.path else "post")
            path["code"] = data.draw(st.sampled_from(self.codes[level]))
        if "first_day" in path:
            path["first_day"] = self.day
        if ("key" in path and "/posts/" in case.path) or "first_day" in path:
            self._record(case, path)
        body = case.body if isinstance(case.body, dict) else {}
        for wanted in (body, *body.get("changes", [])):
            if "post" in wanted:
                wanted["post"] = data.draw(st.sampled_from(self.codes["post"]))
            if "reason" in wanted:
                wanted["reason"] = str(data.draw(st.integers(1, 26)))
            if "first_day" in wanted:
                wanted["first_day"] = self.day

    def _record(self, case: Any, path: dict[str, str]) -> None:
        """A record that stands, with its version."""
        model = KINDS[case.path.split("/")[5].removesuffix("s") if "key" in path else "hours"]
        row = model._default_manager.filter(ended_change__isnull=True, withdrawn=False).last()
        if row is None:
            return
        path["code"] = ":".join(row.post)
        path.update({"key": row.key} if "key" in path else {"first_day": row.first_day.isoformat()})
        sent = case.body if isinstance(case.body, dict) else case.query
        sent["version"] = row.version


@pytest.mark.soak
@pytest.mark.parametrize(
    "mode",
    [
        pytest.param(GenerationMode.POSITIVE, id="fits", marks=pytest.mark.both_databases),
        pytest.param(GenerationMode.NEGATIVE, id="does-not"),
    ],
)
@pytest.mark.parametrize(("method", "address"), OPERATIONS, ids=str)
def test_every_answer_is_documented(
    method: str, address: str, mode: GenerationMode, real: Real, configured: Callable[..., None]
) -> None:
    configured(event_feed=True)
    operation = SCHEMA[address][method]
    headers = {"Authorization": f"Bearer {real.asker.secret}"}

    @seed(20261120)
    @settings(
        max_examples=MANY, deadline=None, database=None, suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate],
    )  # fmt: skip
    @given(case=operation.as_strategy(generation_mode=mode), data=st.data(), is_real=st.booleans())
    def ask(case: Any, data: Any, is_real: bool) -> None:
        if is_real and mode is GenerationMode.POSITIVE:
            real.put_into(case, data)
        case.call_and_validate(headers=headers, checks=checks())

    ask()


def test_every_operation_is_asked() -> None:
    assert len(OPERATIONS) == sum(len(methods) for methods in DOCUMENT["paths"].values()) > 25
    assert all(address.startswith(ROOT) for _, address in OPERATIONS)


def test_every_operation_documents_what_every_one_can_say() -> None:
    shape = {"$ref": "#/components/schemas/ProblemShown"}
    for address, methods in DOCUMENT["paths"].items():
        for method, told in methods.items():
            codes = set(told["responses"])
            assert {"400", "401", "403", "429", "500", "503"} <= codes, (method, address)
            assert "404" in codes or "{" not in address, (method, address)
            assert {"409", "413"} <= codes or method == "get" or "preview" in address, (method, address)
            for code in codes - {"200", "201"}:
                assert told["responses"][code]["content"]["application/json"]["schema"] == shape
