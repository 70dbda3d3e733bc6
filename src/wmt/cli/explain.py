"""`wmt explain`: every line behind one post's figure."""

from collections.abc import Mapping
from decimal import Decimal
from difflib import get_close_matches
from typing import Annotated, Any

import polars as pl
import typer

from wmt.cli import files, options, side_by_side
from wmt.cli.console import RefusedInput, out
from wmt.cli.inputs import Opened, open_input
from wmt.cli.measure import Former, over_mark
from wmt.cli.overlays import lay
from wmt.cli.post import show_post
from wmt.facts import Facts
from wmt.ledger import present_post, uncommenced_at_stake, untiered_at_stake
from wmt.rules import RuleSet

Post = Annotated[str, typer.Option("--post", metavar="TEAM:STAFF", help="The post to explain.")]


def explain(
    paths: options.Paths,
    post: Post,
    people: options.People = None,
    rules_date: options.RulesDate = None,
    overlay: options.Overlays = None,
    set_aside: options.SetAside = False,
    former: Former = None,
    beside: side_by_side.Beside = None,
    json: options.Json = False,
    out_file: options.Out = None,
) -> None:
    """List the lines that add up to a post's points and available points, each with its rule."""
    files.check_kind(out_file)
    overlays = lay(overlay)
    opened = open_input(paths, people=people, set_aside=set_aside, former=former, as_json=json)
    ruleset = opened.rule_set(rules_date, overlays)
    found = explained(opened, ruleset, post, side_by_side.rule_sets(opened, ruleset, beside))
    if out_file is not None:
        rows = [{"side": side, **line} for side in ("work", "time") for line in found[side]]
        files.write_out(out_file, {"lines": rows})
    if json:
        files.print_json(found)
        return
    show_post(found, ruleset)
    side_by_side.show_beside(found)
    if out_file is not None:
        out.print(f"Written to {out_file}", markup=False)


def explained(
    opened: Opened, ruleset: RuleSet, post: str, others: dict[str, RuleSet] | None = None
) -> dict[str, Any]:
    """A post, its lines, and its figures under other rule sets.

    Refuses a post that is not there, naming the likeliest ones.
    """
    number = _post_no(opened.facts, post)
    ledger = opened.ledger(ruleset)
    total = ledger.totals(["post"]).row(by_predicate=pl.col("code") == post, named=True)
    lines = ledger.lines([number])
    found = present_post(total, lines, over_mark(ruleset))
    found["untiered"] = untiered_at_stake(lines, ruleset, opened.facts.tier_scheme)
    # how many cases wait for their requirements, and the points they would add; None without one
    cases, more = (
        uncommenced_at_stake(lines, ruleset, opened.facts.tier_scheme)
        .select(pl.col("cases").sum(), pl.col("points_x100").sum())
        .row(0)
    )
    found["uncommenced"] = {"cases": cases, "points": Decimal(more).scaleb(-2)} if cases else None
    found["beside"] = side_by_side.beside(ledger, post, others or {})
    # the reason of every reduction of a post by its name, and its days
    reductions = {}
    for row in opened.facts.reduction.filter(pl.col("post_no") == number).iter_rows(named=True):
        name = ruleset.get(f"reduction_reasons.{row['reason']}.name")
        reason = row["reason"] if name is None else name.value
        until = f"to {row['last_day']:%d %b %Y}" if row["last_day"] else "until ended"
        reductions["reduction", row["reduction_ref"]] = f"{reason}, {row['first_day']:%d %b %Y} {until}"
    about = _contacts(opened.facts, number) | reductions
    for line in (*found["work"], *found["time"]):
        line["about"] = about.get((line["kind"], line["ref"]))
        line["hours_a_month"] = _hours(line, ruleset)
    return found


def _contacts(facts: Facts, post_no: int) -> dict[tuple[str, str], str]:
    """The code of every contact of a post, and the colleague on the other side."""
    codes = pl.concat_str("team_code", pl.lit(":"), "staff_code")
    names = dict(facts.post.select("post_no", codes).iter_rows())
    mine = facts.contact.filter((pl.col("by_post_no") == post_no) | (pl.col("om_post_no") == post_no))
    about = {}
    for row in mine.iter_rows(named=True):
        by, om = row["by_post_no"], row["om_post_no"]
        side = "on own case" if by == om else f"for {names[om]}" if by == post_no else f"by {names[by]}"
        about["contact", row["contact_ref"]] = f"{row['code']} {side}"
    return about


def _hours(line: Mapping[str, Any], ruleset: RuleSet) -> object:
    """The published hours in a four-week month of one such case, where there are any."""
    parts = line["rule"].split(".")
    if parts[0] != "tier_points" or not line["counted"]:
        return None
    hours = ruleset.get(".".join(("monthly_hours", *parts[1:])))
    return hours.value if hours is not None and hours.value else None


def _post_no(facts: Facts, post: str) -> int:
    codes = facts.post.select("post_no", code=pl.concat_str("team_code", pl.lit(":"), "staff_code"))
    found = codes.filter(pl.col("code") == post)
    if found.is_empty():
        known = codes["code"].to_list()
        wanted = post.strip().upper()
        near = [code for code in known if wanted in (code.upper(), code.upper().split(":")[1])][:3]
        near = near or get_close_matches(wanted, known, n=3)
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        raise RefusedInput(f"there is no post {post} in this input{hint} (a post is TEAM:STAFF)")
    return int(found["post_no"][0])
