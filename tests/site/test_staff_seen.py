"""A load says of whom names and email addresses are kept that they are still there."""

# ruff: noqa: F811 - fixtures come by import
from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone
from test_allocate import posts
from test_allocations_load import home, load_night  # noqa: F401

from wmt.intake.people_model import StaffDetailsRow
from wmt.site.availability.models import StaffDetails
from wmt.site.availability.staff_details import save_details
from wmt.site.workload.models import Load


def test_a_load_says_who_is_still_there(load_night: Callable[..., Load]) -> None:
    here = posts()[0].staff_code
    rows = [StaffDetailsRow(2, code, "Ann", "", "Oak", "") for code in (here, "N99GONE")]
    save_details(rows, who="a test")
    before = timezone.now() - timedelta(days=300)
    StaffDetails.objects.update(seen_at=before)
    load_night()
    seen = dict(StaffDetails.objects.values_list("staff_code", "seen_at"))
    assert seen["N99GONE"] == before
    assert seen[here] > before + timedelta(days=299)
