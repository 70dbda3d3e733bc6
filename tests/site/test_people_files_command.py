"""`wmt people export` and `wmt people import`, in this process and on the tests' database."""

import csv
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError

from conftest import Nation
from night_tools import Ran
from wmt.cli.main import _outcome
from wmt.ledger import COURTS, HEADLINE
from wmt.site.audit.models import AuditEvent
from wmt.site.availability.models import KINDS, Hours, Journal, OfPost, Reason, Reduction
from wmt.site.availability.queries import plans_of
from wmt.site.changes import import_tables
from wmt.site.workload.models import Unit
from wmt.site.workload.state import current_state

Run = Callable[..., Ran]
HEADS = {
    "contracted_hours": ["team_code", "staff_code", "hours", "valid_from"],
    "reductions": ["reduction_id", "team_code", "staff_code", "reason", "hours", "percent", "first_day"],
    "grade_corrections": ["team_code", "staff_code", "grade", "first_day"],
    "reduction_reasons": ["id", "name", "short_name", "category", "first_day"],
}
TODAY = "2026-11-20"


@dataclass(frozen=True)
class Tables:
    """A folder to write tables in."""

    folder: Path

    def write(self, name: str, *rows: list[object], more: Sequence[str] = ()) -> Path:
        """Write a table and give back its folder."""
        self.folder.mkdir(exist_ok=True)
        with (self.folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([[*HEADS[name], *more], *rows])
        return self.folder


@pytest.fixture
def run(nation: Nation, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:  # noqa: ARG001
    monkeypatch.setenv("COLUMNS", "200")

    def ran(*arguments: object) -> Ran:
        monkeypatch.setattr(sys, "argv", ["wmt", *map(str, arguments)])
        capsys.readouterr()
        code = _outcome()
        said = capsys.readouterr()
        return Ran(code, said.out, said.err)

    return ran


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    return Tables(tmp_path / "tables")


@pytest.fixture
def post(nation: Nation) -> Unit:
    """A post of sentence management with time that nobody entered anything about."""
    taken = set(plans_of())
    units = Unit.objects.filter(
        load=nation.load, level="post", stream=HEADLINE, grade="PO", available_x100__gt=0
    )
    found = next(each for each in units.order_by("code") if (each.team_code, each.staff_code) not in taken)
    assert isinstance(found, Unit)
    return found


def codes(unit: Unit) -> tuple[str, str]:
    return unit.team_code, unit.staff_code


def everything() -> tuple[Any, ...]:
    """All that would tell of a change."""
    models: list[type[OfPost]] = list(KINDS.values())
    rows = [list(model._default_manager.order_by("pk").values_list("pk", "ended_change")) for model in models]
    return (
        rows,
        Reason.objects.count(),
        Journal.objects.values_list("number").first(),
        AuditEvent.objects.count(),
    )


def nation_of(unit: Unit) -> Unit:
    return Unit.objects.get(load_id=unit.load_id, level="nation", whole=True)


def test_new_hours_are_told_and_take_effect(run: Run, tables: Tables, post: Unit) -> None:
    before = nation_of(post)
    folder = tables.write("contracted_hours", [*codes(post), "7.4", TODAY])
    done = run("people", "import", folder, "--why", "the June return")
    assert (done.code, done.err) == (0, "")
    assert "1 record changed" in done.out
    (row,) = Hours.objects.filter(team_code=post.team_code, staff_code=post.staff_code)
    assert (row.hours_micro, row.why) == (7_400_000, "the June return")
    assert row.who.endswith("on the command line")
    after = nation_of(post)
    own = Unit.objects.get(pk=post.pk)
    assert own.contracted_hours_micro == 7_400_000
    assert after.available_x100 - before.available_x100 == own.available_x100 - post.available_x100 < 0
    (event,) = AuditEvent.objects.filter(kind="people import")
    assert "the June return" in event.sentence


@pytest.mark.parametrize("stream", [HEADLINE, COURTS])
def test_the_effect_on_the_nation_is_the_one_that_comes(
    run: Run, tables: Tables, nation: Nation, stream: str
) -> None:
    """The nation's figure is that of sentence management, whatever stream the post is in."""
    taken = set(plans_of())
    units = Unit.objects.filter(load=nation.load, level="post", stream=stream, available_x100__gt=0)
    post = next(each for each in units.order_by("code") if codes(each) not in taken)
    folder = tables.write("contracted_hours", [*codes(post), "0", TODAY])
    said = run("people", "import", folder, "--check", "--json").json
    assert (said["accepted"], said["saved"], said["day"]) == (True, False, TODAY)
    assert said["tables"] == {"contracted_hours": {"new": 1, "changed": 0, "withdrawn": 0, "unchanged": 0}}
    assert [each["code"] for each in said["posts"]] == [post.code]
    before = nation_of(post)
    assert said["nation"]["before"]["available"] * 100 == before.available_x100
    assert run("people", "import", folder).code == 0
    assert said["nation"]["after"]["available"] * 100 == nation_of(post).available_x100


def test_a_check_changes_nothing(run: Run, tables: Tables, post: Unit) -> None:
    tables.write("contracted_hours", [*codes(post), "7.4", TODAY])
    tables.write("reduction_reasons", ["150", "Allotments", "Allotments", "Work Circumstances", "2020-01-01"])
    folder = tables.write("reductions", ["r1", *codes(post), "Allotments", "1", "", TODAY])
    before = everything()
    done = run("people", "import", folder, "--check")
    assert done.code == 0, done.err
    assert "Nothing was changed" in done.out
    assert post.code in done.out
    assert everything() == before


def test_reasons_hours_reductions_and_grades_come_together(run: Run, tables: Tables, post: Unit) -> None:
    tables.write("contracted_hours", [*codes(post), "30", TODAY])
    tables.write("reduction_reasons", ["150", "Allotments", "Allotments", "Work Circumstances", "2020-01-01"])
    tables.write("grade_corrections", [*codes(post), "SPO", TODAY])
    folder = tables.write("reductions", ["r1", *codes(post), "Allotments", "1", "", TODAY])
    assert run("people", "import", folder).code == 0
    plan = plans_of([codes(post)])[codes(post)]
    assert [each.key for each in plan.reductions] == ["r1"]
    assert ([each.grade for each in plan.grades], Unit.objects.get(pk=post.pk).grade) == (["SPO"], "SPO")
    again = run("people", "import", folder)
    assert (again.code, again.err) == (0, "")
    assert "Nothing to do" in again.out
    assert Reason.objects.filter(reason="150").count() == 1


def test_a_withdrawn_record_is_counted(run: Run, tables: Tables, post: Unit) -> None:
    folder = tables.write("reductions", ["r1", *codes(post), "1", "1", "", TODAY])
    assert run("people", "import", folder).code == 0
    tables.write("reductions", ["r1", *codes(post), "1", "1", "", TODAY, "true"], more=["deleted"])
    said = run("people", "import", folder, "--json").json
    assert said["tables"]["reductions"] == {"new": 0, "changed": 0, "withdrawn": 1, "unchanged": 0}
    assert plans_of([codes(post)])[codes(post)].reductions == ()
    assert Reduction.objects.get(key="r1", ended_change__isnull=True).withdrawn


def test_a_fault_of_a_cell_refuses_everything_with_its_place(run: Run, tables: Tables, post: Unit) -> None:
    tables.write("contracted_hours", [*codes(post), "7.4", TODAY])
    folder = tables.write(
        "reductions",
        ["r1", *codes(post), "gardening", "1", "", TODAY],
        ["", *codes(post), "1", "x", "", TODAY],
    )
    before = everything()
    done = run("people", "import", folder)
    assert (done.code, done.out) == (2, "")
    assert "refuse PEOPLE_UNKNOWN_REASON: reductions row 2: the reason 'gardening' is not known" in done.err
    assert "refuse PEOPLE_BAD_NUMBER: reductions row 3: hours 'x' is not a number" in done.err
    assert "nothing was changed" in done.err
    assert everything() == before


def test_a_fault_of_the_check_refuses_everything_with_its_place(run: Run, tables: Tables, post: Unit) -> None:
    tables.write("reduction_reasons", ["150", "Allotments", "Allotments", "Work Circumstances", "2020-01-01"])
    tables.write("reductions", ["r1", *codes(post), "150", "1", "", TODAY])
    folder = tables.write(
        "contracted_hours", [*codes(post), "7.4", "2026-10-01"], [*codes(post), "48.5", TODAY]
    )
    before = everything()
    said = run("people", "import", folder, "--json")
    assert said.code == 2
    (fault,) = [each for each in json.loads(said.out)["faults"] if each["severity"] == "refuse"]
    assert (fault["code"], fault["table"], fault["row"], fault["column"]) == (
        "HOURS_OUT_OF_RANGE",  # more than WMT_MOST_HOURS, which intake does not know
        "contracted_hours",
        3,
        "hours",
    )
    assert everything() == before


def test_a_reason_that_cannot_be_refuses_everything(run: Run, tables: Tables, post: Unit) -> None:
    tables.write("contracted_hours", [*codes(post), "7.4", TODAY])
    folder = tables.write("reduction_reasons", ["150", "Allotments", "Allotments", "Leisure", "2020-01-01"])
    before = everything()
    said = run("people", "import", folder, "--json")
    assert said.code == 2
    (fault,) = said.json["faults"]
    assert (fault["code"], fault["table"]) == ("CATEGORY_UNKNOWN", "reduction_reasons")
    assert everything() == before


def test_a_post_that_is_not_shown_is_warned_of_and_kept(run: Run, tables: Tables) -> None:
    folder = tables.write("contracted_hours", ["N99XXX", "N99X001", "37", ""])
    done = run("people", "import", folder)
    assert done.code == 0
    assert "PEOPLE_UNKNOWN_POST" in done.err
    assert "N99XXX:N99X001" in done.err
    assert "The figures shown do not change" in done.out
    assert Hours.objects.filter(team_code="N99XXX", ended_change__isnull=True).count() == 1


def test_what_others_change_meanwhile_is_seen(
    run: Run, tables: Tables, post: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tables.write("contracted_hours", [*codes(post), "7.4", TODAY])
    look = import_tables._look

    def looked(*given: Any) -> None:
        look(*given)
        state = current_state()
        from wmt.site.availability.change_requests import Change
        from wmt.site.changes import actions

        other = Change(kind="hours", post=codes(post), first_day=state.day, hours_micro=30_000_000)
        actions.save(actor=None, who="somebody else", changes=[other])

    monkeypatch.setattr(import_tables, "_look", looked)
    assert run("people", "import", folder).code == 0
    rows = Hours.objects.filter(team_code=post.team_code, staff_code=post.staff_code).order_by("version")
    assert [(row.version, row.hours_micro) for row in rows] == [(1, 30_000_000), (2, 7_400_000)]


def test_export_and_import_into_an_empty_site(run: Run, tmp_path: Path) -> None:
    out = run("people", "export", tmp_path / "out")
    assert out.code == 0, out.err
    assert f"{Hours.objects.filter(ended_change__isnull=True).count():,} records" in out.out
    assert "Nothing to do" in run("people", "import", tmp_path / "out").out
    before = [(row.post, row.key, row.reason, row.last_day) for row in Reduction.objects.order_by("key")]
    for model in KINDS.values():
        model._default_manager.all().delete()
    assert run("people", "import", tmp_path / "out").code == 0
    after = [(row.post, row.key, row.reason, row.last_day) for row in Reduction.objects.order_by("key")]
    assert (len(before) > 10, after) == (True, before)
    assert run("people", "export", tmp_path / "again", "--json").json["tables"]["reductions"] == len(before)
    for file in (tmp_path / "out").iterdir():
        assert (tmp_path / "again" / file.name).read_bytes() == file.read_bytes()


def test_paths_that_make_no_sense_are_refused(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    assert run("people", "export", file).code == 2
    missing = run("people", "import", tmp_path / "none")
    assert missing.code == 2
    assert "PEOPLE" in missing.err


def test_a_database_that_fails_is_told_in_words(
    run: Run, tables: Tables, post: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tables.write("contracted_hours", [*codes(post), "7.4", TODAY])

    def fails(**_: Any) -> None:
        raise DatabaseError("disk I/O error")

    monkeypatch.setattr(import_tables, "save", fails)
    done = run("people", "import", folder)
    assert done.code == 1
    assert "the database fails: disk I/O error" in done.err
    assert "Nothing was changed" in done.err
