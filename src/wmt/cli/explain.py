"""`wmt explain`: every line behind one post's figure."""

from decimal import Decimal
from difflib import get_close_matches
from typing import Annotated, Any

import polars as pl
import typer

from wmt.cli.console import Refusal, figure, out, percent, table
from wmt.cli.files import check_kind, print_json, write_out
from wmt.cli.inputs import Opened, lay, open_input
from wmt.cli.measure import Former, over_mark
from wmt.cli.options import Json, Out, Overlays, Paths, People, RulesDate, SetAside
from wmt.ledger import present_post
from wmt.rules import RuleSet

Post = Annotated[str, typer.Option("--post", metavar="TEAM:STAFF", help="The post to explain.")]


def explain(
    paths: Paths,
    post: Post,
    people: People = None,
    rules_date: RulesDate = None,
    overlay: Overlays = None,
    set_aside: SetAside = False,
    former: Former = None,
    json: Json = False,
    out_file: Out = None,
) -> None:
    """List the lines that add up to a post's points and available points, each with its rule."""
    check_kind(out_file)
    overlays = lay(overlay)
    opened = open_input(paths, people=people, set_aside=set_aside, former=former, as_json=json)
    ruleset = opened.rule_set(rules_date, overlays)
    found = explained(opened, ruleset, post)
    if out_file is not None:
        rows = [{"side": side, **line} for side in ("work", "time") for line in found[side]]
        write_out(out_file, {"lines": rows})
    if json:
        print_json(found)
    else:
        show_post(found, ruleset)


def explained(opened: Opened, ruleset: RuleSet, post: str) -> dict[str, Any]:
    """A post and its lines. Refuses a post that is not there, naming the likeliest ones."""
    number = _post_no(opened, post)
    ledger = opened.ledger(ruleset)
    total = ledger.totals(["post"]).row(by_predicate=pl.col("code") == post, named=True)
    return present_post(total, ledger.lines([number]), over_mark(ruleset))


def _post_no(opened: Opened, post: str) -> int:
    codes = opened.facts.post.select("post_no", code=pl.concat_str("team_code", pl.lit(":"), "staff_code"))
    found = codes.filter(pl.col("code") == post)
    if found.is_empty():
        known = codes["code"].to_list()
        staff = [code for code in known if code.split(":")[1] == post.rpartition(":")[2]]
        near = staff[:3] or get_close_matches(post, known, n=3)
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        raise Refusal(f"there is no post {post} in this input{hint} (a post is TEAM:STAFF)")
    return int(found["post_no"][0])


def show_post(found: dict[str, Any], ruleset: RuleSet) -> None:
    """A post, its lines and the rules they name, for people."""
    out.print(f"[bold]{found['name']}[/] ({found['code']}, {found['grade']})")
    over = ", over the mark" if found["over_mark"] else ""
    out.print(
        f"{figure(found['points'])} points ÷ {figure(found['available'])} available points "
        f"= [bold]{percent(found['capacity'])}[/]{over}\n"
    )
    _show_work(found["work"], ruleset)
    _show_time(found["time"])
    rows = [(row["cases"], row["reason"] or "counted") for row in found["reconciliation"]]
    table("Cases in the case system, and why some do not count", ("cases", "why"), [
        *rows, (found["cases_all"], "all cases"),
    ], left=0)  # fmt: skip
    _show_rules(found, ruleset)


def _show_work(lines: list[dict[str, Any]], ruleset: RuleSet) -> None:
    rows = [
        (
            line["kind"].replace("_", " "),
            line["ref"] or "counted cases",
            _what(line),
            figure(line["quantity"]),
            figure(line["each"]),
            figure(line["points"]) if line["counted"] else "–",
            _hours(line, ruleset),
            line["reason"] or "",
        )
        for line in lines
    ]
    columns = ("work", "reference", "type and tier", "number", "each", "points", "hours a month", "why not")
    table("Work", columns, rows, left=3)
    out.print()


def _what(line: dict[str, Any]) -> str:
    stream = "" if line["stream"] in (None, "standard") else f" {line['stream'].upper()}"
    return f"{line['location'] or ''} {line['tier'] or ''}{'S' if line['suspended'] else ''}{stream}".strip()


def _hours(line: dict[str, Any], ruleset: RuleSet) -> str:
    """The published hours a month of one such case, where there are any."""
    parts = line["rule"].split(".")
    if parts[0] != "tier_points" or not line["counted"]:
        return ""
    hours = ruleset.get(".".join(("monthly_hours", *parts[1:])))
    return "" if hours is None or not hours.value else str(hours.value)


def _show_time(lines: list[dict[str, Any]]) -> None:
    rows = [
        (
            line["kind"].replace("_", " "),
            line["ref"],
            figure(line["quantity"]),
            figure(line["points"]),
            line["reason"] or "",
        )
        for line in lines
    ]
    table("Time", ("time", "reference", "hours", "points", "note"), rows, left=2)
    out.print()


def _show_rules(found: dict[str, Any], ruleset: RuleSet) -> None:
    paths = dict.fromkeys(line["rule"] for side in ("work", "time") for line in found[side])
    rows = []
    for path in paths:
        value = ruleset.get(path)
        if value is not None:
            shown = (
                figure(Decimal(str(value.value))) if isinstance(value.value, int | Decimal) else value.value
            )
            rows.append((path, shown, value.unit, value.valid_from, value.source))
    out.print()
    table("Rules these lines name", ("rule", "value", "unit", "in force from", "source"), rows, left=5)
