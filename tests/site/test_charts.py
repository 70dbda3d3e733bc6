"""Charts: within their frame at every width, gaps kept, periods shaded, and files that need nothing else."""

import itertools
import random
import re
import struct
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from wmt.site.audit.models import AuditEvent
from wmt.site.links import unit_url
from wmt.site.web.charts import files
from wmt.site.web.charts.bars import Bar, bars
from wmt.site.web.charts.canvas import NARROW, WIDE, text_width, wrapped
from wmt.site.web.charts.distribution import strip
from wmt.site.web.charts.figure import Chart
from wmt.site.web.charts.scale import Scale
from wmt.site.web.charts.steps import ChartStep, steps
from wmt.site.web.charts.time_series import ChartPanel, DataPoint, Period, Series, time_chart
from wmt.site.web.charts.waterfall import WaterfallStep, fall
from wmt.site.workload.models import Unit

pytestmark = pytest.mark.one_database

SignIn = Callable[..., Client]
MONDAY = date(2026, 11, 16)
PNG = b"\x89PNG\r\n\x1a\n"


def a_line(values: list[int | None], *, first: date = MONDAY, **more: Any) -> Chart | None:
    """A chart of a line with a value each day; None is a day that is listed without one."""
    places = [
        DataPoint(first + timedelta(at), first + timedelta(at), value) for at, value in enumerate(values)
    ]
    return of_places([places], **more)


def of_places(lines: list[list[DataPoint]], periods: tuple[Period, ...] = ()) -> Chart | None:
    series = [Series(f"Line {tone}", places, tone) for tone, places in enumerate(lines)]
    values = [place.value for places in lines for place in places]
    panel = ChartPanel("A panel", series, Scale.holding(values, low=0, high=100), str, (0, 50), 100)
    return time_chart("chart", "A title", "Units", "Words", [panel], periods)


def marks(chart: Chart | None, width: int = WIDE) -> ET.Element:
    """The marks of a chart in a width, and that all of them are within its frame."""
    assert chart is not None
    drawing = chart.draw(width)
    root = ET.fromstring(f"<svg>{drawing.body}</svg>")
    for text in root.iter("text"):
        room, x, y = text_width("".join(text.itertext())), int(text.attrib["x"]), int(text.attrib["y"])
        left = {"end": x - room, "middle": x - room // 2}.get(text.get("text-anchor", ""), x)
        assert left >= -1, text.text
        assert left + room <= drawing.width + 1, text.text
        assert 10 <= y <= drawing.height, text.text
    for path in root.iter("path"):
        for x, y in re.findall(r"[ML](-?\d+) (-?\d+)", path.attrib["d"]):
            assert 0 <= int(x) <= drawing.width
            assert 0 <= int(y) <= drawing.height
    return root


def of_tone(root: ET.Element, tone: str) -> list[ET.Element]:
    return [each for each in root.iter() if f"wmt-chart__{tone}" in each.get("class", "").split()]


def test_missing_days_are_not_joined() -> None:
    places = [
        DataPoint(MONDAY + timedelta(at), MONDAY + timedelta(at), value)
        for at, value in enumerate([100, 110, None, 120, 130])
    ]
    del places[3]  # 110, nothing known of the third day, no row of the fourth
    (line,) = of_tone(marks(of_places([places])), "line")
    assert line.attrib["d"].count("M") == 2
    assert line.attrib["d"].count("L") == 1


def test_one_figure_is_no_line() -> None:
    assert a_line([100]) is None
    assert a_line([]) is None


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("days", [2, 9, 40, 200, 1_826])
def test_a_line_is_within_its_frame(days: int, width: int) -> None:
    root = marks(a_line([(at * 7919) % 20_000 - 300 for at in range(days)], first=date(2021, 1, 1)), width)
    ticks = [each for each in root.iter("text") if re.search(r"20\d\d|[A-Z][a-z]{2}", each.text or "")]
    assert 2 <= len(ticks) - 1 <= 12
    places = sorted(int(each.attrib["x"]) for each in ticks if each.get("text-anchor") == "middle")
    assert all(after - before > 30 for before, after in itertools.pairwise(places))


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_days_of_an_archive_are_a_shaded_period_without_marks(width: int) -> None:
    places = [DataPoint(MONDAY + timedelta(at), MONDAY + timedelta(at), 50 + at % 7) for at in range(400)]
    period = Period(MONDAY, MONDAY + timedelta(200), "Totals only", "imported totals only")
    chart = of_places([places], (period,))
    root = marks(chart, width)
    assert len(of_tone(root, "shade")) == 1
    assert [each.text for each in of_tone(root, "period")] == ["Totals only"]
    assert not [*of_tone(root, "dot"), *of_tone(root, "diamond")]
    assert chart is not None
    assert "imported totals only" in [sample.words for sample in chart.key]


def test_lines_differ_by_dash_and_by_name() -> None:
    lines = [
        [DataPoint(MONDAY + timedelta(at), MONDAY + timedelta(at), 50 + tone) for at in range(9)]
        for tone in range(4)
    ]
    root = marks(of_places(lines))
    styles = files.STYLES.read_text(encoding="utf-8")
    dashes = [re.search(rf"line--{tone} {{[^}}]*dasharray: ([\d ]+)", styles) for tone in (1, 2, 3)]
    assert len({found.group(1) for found in dashes if found}) == 3
    named = [each for each in root.iter("text") if (each.text or "").startswith("Line")]
    assert len(named) == 4  # four lines on each other: their names are apart
    heights = sorted(int(each.attrib["y"]) for each in named)
    assert all(after - before >= 14 for before, after in itertools.pairwise(heights))


def units(capacities: list[int]) -> list[Unit]:
    return [
        Unit(level="team", code=f"T{at}", name=f"Team {at}", points_x100=each * 100, available_x100=1_000_000)
        for at, each in enumerate(capacities)
    ]


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("number", [2, 12, 64, 149, 400, 8_000])
def test_every_unit_is_on_the_strip_once(number: int, width: int) -> None:
    dice = random.Random(number)
    listed = units([dice.randrange(6_000, 16_000) for _ in range(number)])
    root = marks(strip(listed, (9_000, 11_000), "Spread"), width)
    over = sum(unit.points_x100 > 1_100_000 for unit in listed)
    if number <= 150:
        assert len(of_tone(root, "mark")) == number
        assert len(of_tone(root, "mark--over")) == over
    else:
        counts = [int(t.text.rpartition(" ")[2].replace(",", "")) for t in root.iter("title") if t.text]
        assert sum(counts) == number


def test_a_post_with_hardly_any_time_leaves_the_strip_readable() -> None:
    usual = Unit(level="post", code="T:1", name="A", points_x100=100_000, available_x100=100_000)
    odd = Unit(level="post", code="T:2", name="B", points_x100=250_000, available_x100=100)
    root = marks(strip([usual, odd], (9_000, 11_000), "Spread"))
    words = [each.text for each in root.iter("text")]
    assert "200%" in words
    assert "1 beyond 200%, at the end" in words
    assert "280000%" not in words


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_causes_begin_where_the_last_ended(width: int) -> None:
    amounts = [300, -120, 0, 55]
    label = "A cause whose words are long enough for more than one line of a narrow drawing"
    found = fall(
        "A", "", "", ("then", "77%"), ("now", "64%"), [WaterfallStep(label, a, f"{a:+}") for a in amounts]
    )
    root = marks(found, width)
    bars_of = [each for tone in ("up", "down", "none") for each in of_tone(root, tone)]
    assert len(bars_of) == 4
    assert all(int(each.attrib["width"]) > 0 for each in bars_of)
    first, second = of_tone(root, "up")[0], of_tone(root, "down")[0]
    ends = int(first.attrib["x"]) + int(first.attrib["width"])
    assert ends == int(second.attrib["x"]) + int(second.attrib["width"])
    assert fall("Nothing", "", "", ("then", ""), ("now", ""), []) is None


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_steps_and_bars_are_within_their_frames(width: int) -> None:
    days = [date(2019 + at, 1 + at, 1) for at in range(6)]
    found = [ChartStep(day, 100 - day.year % 7, f"{day.year}.5 points", f"{day:%-d %B %Y}") for day in days]
    marks(steps("A", "", "", found, date(2026, 11, 21), "shown: 21 November 2026"), width)
    assert steps("A", "", "", found[:1], days[0], "") is None
    parts = [Bar("Co-working with others on their cases, received", -120, "−1.2"), Bar("Licence", 900, "9")]
    marks(bars("bars", "A", "", "", parts), width)
    assert bars("bars", "A", "", "", [Bar("Licence", 0, "0")]) is None


def test_words_are_wrapped_and_never_lost() -> None:
    words = "Aberllefenni and the Three Valleys of the Upper and Lower River Confluence"
    lines = wrapped(words, 160)
    assert " ".join(lines) == words
    assert all(text_width(line) <= 160 for line in lines)


def test_a_file_needs_nothing_outside_itself() -> None:
    chart = strip(units([9_000, 12_000, 12_500]), (9_000, 11_000), "Teams <of> & by capacity")
    assert chart is not None
    whole = files.svg_file(chart, ["Data from 21 November 2026.", "No verdict on anyone."])
    root = ET.fromstring(whole)
    assert "var(" not in whole
    assert "href" not in whole
    style = root.find("{http://www.w3.org/2000/svg}style")
    assert style is not None
    known = set(re.findall(r"\.(wmt-chart[\w-]*)", style.text or ""))
    used = {name for each in root.iter() for name in each.get("class", "").split()}
    assert used - {"wmt-chart__down"} <= known
    text = " ".join(root.itertext())
    for words in (
        "Teams <of> & by capacity",
        "Capacity, % of available points",
        "3 shown",
        "over 110%",
        "No verdict",
    ):
        assert words in text


def test_a_png_has_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    chart = strip(units([9_000, 12_000, 12_500]), (9_000, 11_000), "Teams by capacity")
    assert chart is not None
    made = files.png_file(chart, ["Data from 21 November 2026."])
    assert made.startswith(PNG)
    width, height = struct.unpack(">II", made[16:24])
    assert (width, height) == (
        2 * (WIDE + 40),
        2 * int(re.findall(r'height="(\d+)"', files.svg_file(chart, ["D."]))[0]),
    )
    other = files.png_file(replace(chart, title="Teams by another"), ["Data from 21 November 2026."])
    assert made != other  # the fonts are there: other words are other pixels
    monkeypatch.setattr(files, "FONTS", (files.assets.HERE / "nothing.ttf",))
    with pytest.raises(files.NoFontError):
        files.png_file(chart, [])


@pytest.mark.parametrize("level", ["nation", "pdu", "team"])
def test_a_chart_of_a_page_is_a_file_beside_it(nation: Any, signed_in: SignIn, level: str) -> None:
    client, unit = signed_in(name="Ann Lee"), nation.unit(level)
    address = unit_url(level, unit.code)
    page = client.get(address + "?list=post" if level == "pdu" else address)
    assert page.text.count('<svg class="wmt-chart') == 2
    query = "?list=post" if level == "pdu" else ""
    for kind, starts in (("svg", b"<svg"), ("png", PNG)):
        assert f"{address}chart.{kind}{query}" in page.text
        client.head(f"{address}chart.{kind}{query}")
        answer = client.get(f"{address}chart.{kind}{query}")
        assert answer.status_code == 200
        assert answer.content.startswith(starts)
        assert "-chart-" in answer["Content-Disposition"]
    said = [event.sentence for event in AuditEvent.objects.filter(kind="export")]
    assert len(said) == 2
    assert said[0].startswith("Ann Lee downloaded the chart ‘")
    assert said[0].endswith("as PNG.") or said[1].endswith("as PNG.") or "list post" in said[0]
    assert client.get(address + "nothing.png").status_code == 404


@pytest.mark.usefixtures("nation")
def test_without_fonts_a_png_is_refused_in_words(signed_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "FONTS", (files.assets.HERE / "nothing.ttf",))
    answer = signed_in().get("/nation/chart.png")
    assert answer.status_code == 503
    assert "/nation/chart.svg" in answer.text
    assert not AuditEvent.objects.filter(kind="export").exists()
