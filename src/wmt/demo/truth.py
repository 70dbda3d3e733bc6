"""What is known about a nation because we made it: sizes, calibration, events, planted faults, the story."""

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from wmt.demo.calibration import Calibration, Stream
from wmt.demo.faults import Planted
from wmt.demo.world import World

EVENT_SCHEMA = pl.Schema(
    {"night": pl.Int64, "ref": pl.String, "kind": pl.String, "before": pl.String, "after": pl.String}
)


@dataclass
class DemoNight:
    """One night of the run: its folder, what was written there, and what is wrong with it on purpose."""

    number: int
    as_at: datetime
    folder: str
    counts: dict[str, int]
    streams: dict[str, Stream]
    tidy_rows: dict[str, int] = field(default_factory=dict)
    people_rows: dict[str, int] = field(default_factory=dict)
    sheets: dict[str, dict[str, Any]] = field(default_factory=dict)
    faults: list[Planted] = field(default_factory=list)


@dataclass
class Truth:
    """Everything that `truth.json` says; `events` are in `events.csv` beside it."""

    seed: int
    scale: float
    posts: int
    cases: int
    layout: str
    tidy_as: str
    calibration: Calibration
    stories: list[dict[str, Any]]
    nights: list[DemoNight] = field(default_factory=list)
    events: pl.DataFrame = field(default_factory=EVENT_SCHEMA.to_frame)

    def as_at(self) -> list[datetime]:
        """The evenings of the run, in order."""
        return [night.as_at for night in self.nights]

    def write(self, folder: Path) -> None:
        """Write truth.json and events.csv."""
        known = {
            name: value
            for name, value in vars(self).items()
            if name not in ("events", "nights", "calibration")
        }
        known |= {
            "what": "A demonstration nation. All people, places below the region and cases are invented.",
            "calibration": asdict(self.calibration),
            "nights": [{**asdict(night), "as_at": night.as_at.isoformat()} for night in self.nights],
            "events": len(self.events),
        }
        text = json.dumps(known, indent=1, ensure_ascii=False, sort_keys=True)
        (folder / "truth.json").write_text(text + "\n", encoding="utf-8")
        self.events.write_csv(folder / "events.csv")


def counted(world: World) -> dict[str, int]:
    """How many there are of everything on this night."""
    cases = world.cases
    active = cases["status"] == 0
    found = world.posts["grade"].value_counts().sort("grade")
    return {
        "teams": len(world.teams),
        "posts": len(world.posts),
        "people": world.posts["staff_code"].n_unique(),
        "placeholders": int(world.posts["is_placeholder"].sum()),
        "posts_without_time": int((world.time_left() == 0).sum()),
        "cases": len(cases),
        "active": int((active & (cases["stream"] < 2)).sum()),
        "inactive": int((~active).sum()),
        "t2a": int((cases["stream"] == 1).sum()),
        "omic": int((cases["stream"] == 2).sum()),
        "suspended": int(cases["suspended"].sum()),
        "untiered": int((cases["tier"] == 0).sum()),
        "reports": len(world.reports),
        "contacts": len(world.contacts),
        "assessments": len(world.assessments),
        "reductions": len(world.reductions),
    } | {f"posts_{grade}": int(number) for grade, number in found.rows()}


def stories_of(world: World) -> list[dict[str, Any]]:
    """The stories as data: where to look, who it is, what there is to see."""
    found = []
    for story in (world.story, world.jump):
        if story is not None:
            post = world.posts.row(story.post_no, named=True)
            found.append(
                {
                    "post": f"{post['team_code']}:{post['staff_code']}",
                    "team_code": post["team_code"],
                    "staff_code": post["staff_code"],
                    "name": f"{post['surname']}, {post['forename']}",
                    "title": story.title,
                    "points_to": list(story.points_to),
                }
            )
    return found
