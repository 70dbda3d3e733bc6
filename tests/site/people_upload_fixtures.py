"""What tests of sent tables share: files sent, looked at and applied, and a team whose manager sends them."""

import csv
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from people_pages_fixtures import team_with

from wmt.site.availability.models import Grade, Hours, Reduction

HOURS = ("team_code", "staff_code", "hours", "valid_from")
CUTS = (
    "reduction_id",
    "team_code",
    "staff_code",
    "reason",
    "hours",
    "percent",
    "first_day",
    "last_day",
    "deleted",
)
GRADES = ("team_code", "staff_code", "grade", "first_day", "last_day", "why")
Row = Sequence[object]


def written(columns: Row, *rows: Row) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([columns, *rows])
    return out.getvalue().encode()


@pytest.fixture(autouse=True)
def home(nation: Any, settings: Any, tmp_path: Path) -> Path:  # noqa: ARG001
    """Uploads of their own for every test; the nights stay where they are."""
    made = tmp_path / "home"
    made.mkdir()
    (made / "nights").symlink_to(settings.CONFIG.nights)
    settings.CONFIG = replace(settings.CONFIG, home=made)
    return made


@pytest.fixture
def team(nation: Any) -> tuple[Any, list[Any]]:
    """A team of whose first three people nothing stands."""
    found, posts = team_with(nation, 3)
    codes = [post.staff_code for post in posts[:3]]
    for model in (Hours, Reduction, Grade):
        model.objects.filter(team_code=found.code, staff_code__in=codes).update(withdrawn=True)
    return found, posts


@pytest.fixture
def manager(team: Any, signed_in: Callable[..., Client]) -> Client:
    return signed_in("manager", "team", team[0].code)


def send(client: Client, **files: bytes) -> str:
    """Send files by name (`_` before the kind); the address of the preview."""
    kept = [SimpleUploadedFile(name.replace("__", "."), data) for name, data in files.items()]
    answer = client.post("/people-tables/", {"tables": kept})
    assert answer.status_code == 302, answer.text
    return str(answer["Location"])


def preview(client: Client, **files: bytes) -> tuple[str, str]:
    address = send(client, **files)
    answer = client.get(address)
    assert answer.status_code == 200
    return address, answer.text


def apply(client: Client, address: str, page: str) -> Any:
    shown = re.search(r'name="shown" value="(\w+)"', page)
    return client.post(address, {"do": "apply", "shown": shown[1] if shown else "", "why": "from a table"})


def file_of(client: Client, address: str) -> bytes:
    """What a download holds."""
    answer = client.get(address)
    assert answer.status_code == 200
    return b"".join(answer)
