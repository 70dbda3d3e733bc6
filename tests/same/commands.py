"""What the commands of `wmt` say of the nation: those that read, and what they refuse."""

import re

import polars as pl

from .plain import same_each_time
from .site import SCALE, Place, named, nights


def said(place: Place) -> dict[str, str]:
    """The answer of each command."""
    first, last = nights(place)
    tidy, people, kept = str(last / "tidy"), str(last / "people"), place.home / "nights"
    post = ":".join(pl.read_parquet(last / "tidy/staff.parquet").select("team_code", "staff_code").row(0))
    night_before, night = str(kept / first.name), str(kept / last.name)
    faulty = place.work / "faulty"
    commands: list[tuple[str, ...]] = [
        ("nation", str(faulty), "--scale", SCALE, "--faults", "--format", "workbook", "--format", "people"),
        *((group, "--help") for group in ("nation", "load", "measure", "people", "rules")),
        ("--help",), ("--version",), ("no-such-command",), ("check", "nowhere"), ("check", str(last)),
        ("check", tidy, "--people", people),
        ("check", f"{faulty}/{first.name}/extract.xlsx"),
        ("measure", tidy, "--people", people, "--json"),
        ("explain", night, "--post", post), ("explain", night, "--post", "NO:BODY"),
        ("compare", night_before, night, "--json"),
        ("recompute", night), ("nights", "list"), ("nights", "verify"), ("loads", "list", "--json"),
        ("loads", "show", "5"), ("people", "export", str(place.work / "people")), ("policy", "show"),
        ("rules", "at", "2026-11-21"), ("rules", "show", "thresholds.excessive_workload.percent"),
        ("rules", "diff", "2021-06-01", "2026-11-21"), ("rules", "validate"),
        *(("ask", question) for question in ("over", "days-over", "spread", "spells", "officers")),
        ("load", str(first / "tidy")), ("verify-live",),
    ]  # fmt: skip
    names = (named(place, each) for each in commands)
    return {name: _plain(text) for name, text in zip(names, place.run(*commands), strict=True)}


def _plain(text: str) -> str:
    """Without the widths of tables: one long word in a column moves all its lines."""
    return re.sub(r"[ ─━]{3,}", "  ", same_each_time(text))
