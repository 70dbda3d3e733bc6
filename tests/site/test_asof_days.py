"""Days that have no night of their own: earlier figures for some days, an archive's totals, or words."""

# ruff: noqa: F811 - fixtures come by import

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.test import Client
from tabs_fixtures import in_sight
from time_fixtures import _loaded_two, two, two_nights  # noqa: F401

from wmt.site.links import unit_url

pytestmark = pytest.mark.one_database

SignIn = Callable[..., Client]
FIRST, SECOND = date(2026, 11, 20), date(2026, 11, 21)


@pytest.mark.usefixtures("two_nights")
def test_days_without_a_night(signed_in: SignIn) -> None:
    client = signed_in()
    early = client.get("/on/2019-03-01/nation/")
    assert early.status_code == 404
    said = in_sight(early.text)
    assert "There are no figures for 1 March 2019" in said
    assert "No data was loaded for this day or for the 4 days before it." in said
    assert 'href="/on/2026-11-20/nation/"' in early.text
    ahead = client.get("/on/2026-11-22/nation/")
    assert ahead.status_code == 404
    assert "22 November 2026 is in the future" in in_sight(ahead.text)
    assert "The latest data is from 21 November 2026." in in_sight(ahead.text)
    assert client.get("/on/2026-02-30/nation/").status_code == 404
    assert "no correction with this number" in client.get("/on/2026-11-20.7/nation/").text

    def asked(on: str) -> tuple[int, str]:
        answer = client.get("/api/v1/units/nation/nation", {"on": on})
        return answer.status_code, answer.json()["code"]

    assert asked("2019-03-01") == (404, "NO_SUCH_NIGHT")
    assert asked("2030-03-01") == (404, "DAY_TO_COME")
    assert asked("0001-01-02") == (404, "NO_SUCH_NIGHT")
    remedy = client.get("/api/v1/units/nation/nation", {"on": "2019-03-01"}).json()["remedy"]
    assert remedy == "The nearest days with figures: 2026-11-20."


def test_figures_stand_for_four_days_and_no_longer(two_nights: Any, signed_in: SignIn, settings: Any) -> None:
    settings.CONFIG = replace(settings.CONFIG, today="2026-12-10")
    client = signed_in()
    for day, status in ((22, 200), (25, 200), (26, 404)):
        page = client.get(f"/on/2026-11-{day}/nation/")
        assert page.status_code == status
    assert 'href="/on/2026-11-21/nation/"' in page.text
    assert client.get("/on/2026-12-10/nation/").headers["Location"] == "/nation/"
    report = client.get("/on/2026-11-21/nation/month/").text
    assert "November 2026 is not complete: its figures are from 21 November 2026." in report
    assert "What happened is counted to 30 November 2026." in report
    assert "What happened is counted" not in client.get("/on/2026-11-20/nation/month/").text  # as it stood
    assert client.get("/on/2026-12-11/nation/").status_code == 404
    (settings.CONFIG.home / "policy.yaml").write_text(
        "name: ours\nreference: a test\nvalues:\n  asof.days_back: {2020-01-01: 5}\n"
    )
    assert client.get("/on/2026-11-26/nation/").status_code == 200
    assert two_nights


@pytest.mark.both_databases
@pytest.mark.usefixtures("two_nights")
def test_an_archive_gives_its_totals_and_says_that_there_is_no_more(signed_in: SignIn, settings: Any) -> None:
    from test_duties_load import archived

    from wmt.history import compact
    from wmt.history.archive import keep
    from wmt.site.workload.models import Current, Unit

    post = Unit.objects.filter(load_id=Current.objects.get().load_id, level="post", whole=True).first()
    assert post is not None
    keep(settings.CONFIG.nights, archived(post, date(2019, 3, 1), [123]))
    compact(settings.CONFIG.nights)
    client = signed_in()
    for day in ("2019-03-01", "2019-03-05"):
        page = client.get(f"/on/{day}{unit_url('team', post.team_code)}")
        assert page.status_code == 200
        said = in_sight(page.text)
        assert (
            "We hold only totals for this date. The cases, contacts and rules behind them were not kept."
            in said
        )
        assert "123.0%" in said
        assert post.code in said
    assert "These are from 1 March 2019" in said
    assert client.get("/on/2019-03-01/search/").status_code == 404
    beyond = client.get(f"/on/2019-03-06{unit_url('team', post.team_code)}")
    assert beyond.status_code == 404
    assert 'href="/on/2019-03-01/' in beyond.text
    assert 'href="/on/2026-11-20/' in beyond.text
    told = client.get("/api/v1/units/nation/nation", {"on": "2019-03-01"})
    assert (told.status_code, told.json()["code"]) == (404, "TOTALS_ONLY")
    # whoever may read no more than another region reads nothing of this one
    settings.CONFIG = replace(settings.CONFIG, read_scope="region")
    other = Unit.objects.filter(load_id=post.load_id, level="region", whole=True).exclude(
        code=post.region_code
    )
    region = other.first()
    assert region is not None
    narrowed = signed_in("analyst", "region", region.code)
    answer = narrowed.get(f"/on/2019-03-01{unit_url('team', post.team_code)}")
    assert answer.status_code == 404
    assert "123.0%" not in answer.text


@pytest.mark.usefixtures("two_nights")
def test_another_day_is_chosen_on_a_page(signed_in: SignIn) -> None:
    client = signed_in()
    strip = client.get("/nation/reports/").text
    assert 'href="/as-of/?back=%2Fnation%2Freports%2F"' in strip

    def sent(on: str, back: str = "/nation/reports/") -> Any:
        return client.get("/as-of/", {"on": on, "back": back})

    assert sent("2026-11-20")["Location"] == "/on/2026-11-20/nation/reports/"
    assert sent("2026-11-20", "/on/2026-11-21/team/X/")["Location"] == "/on/2026-11-20/team/X/"
    later = sent("2027-11-20")
    assert later.status_code == 400
    assert "Enter a day up to 21 November 2026" in later.text
    assert sent("2026-11-21")["Location"] == "/on/2026-11-21/nation/reports/"  # as its night stood
    assert sent("2026-11-20", "https://elsewhere.example/")["Location"] == "/on/2026-11-20/"
    assert sent("2026-11-20", "//elsewhere.example/")["Location"] == "/on/2026-11-20/"
    refused = sent("30 February")
    assert refused.status_code == 400
    assert "Enter a real date" in refused.text
    assert sent("").status_code == 200
