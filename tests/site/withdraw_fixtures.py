"""What tests of withdrawn nights share: two nights in a home that may be changed, and a deed done to one."""

# ruff: noqa: F811 - fixtures come by import

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from time_fixtures import Two, _loaded_two, two  # noqa: F401

from wmt.site.loads import withdrawal
from wmt.site.loads.withdrawal import Deed, WithdrawalRequest
from wmt.site.workload.models import Load

SignIn = Callable[..., Client]
FIRST, SECOND = date(2026, 11, 20), date(2026, 11, 21)


@pytest.fixture
def nights(two: Two, settings: Any, tmp_path: Path) -> tuple[str, str]:
    """The second night is shown; their home may be changed."""
    settings.CONFIG = replace(settings.CONFIG, home=tmp_path / "home")
    shutil.copytree(two.home, settings.CONFIG.home)
    first, second = (night.name for night in two.nights)
    return first, second


def do(deed: Deed, night: str, reason: str = "the file of another region") -> Load:
    return withdrawal.perform(withdrawal.ask(wanted=WithdrawalRequest(deed, night, reason), who="a test"))
