"""`wmt nights`: the folders of a site's nights and the history made from them."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from wmt.cli.console import complain, out, progress
from wmt.cli.files import print_json
from wmt.cli.latest_day import last_day
from wmt.cli.nights_folder import Nights, home, is_site, tell_lost
from wmt.cli.options import Json, parse_day
from wmt.cli.site_start import set_up
from wmt.history import compact as compact_history
from wmt.nights import open_night, saved_nights
from wmt.nights.lock import loading
from wmt.nights.withdrawal import withdrawn_nights
from wmt.nights.write import sweep
from wmt.text import counted

Replay = Annotated[bool, typer.Option("--replay", help="Also recalculate all saved data and compare.")]
Before = Annotated[
    date,
    typer.Option("--before", parser=parse_day, metavar="DAY", help="Remove those before this day."),
]
Yes = Annotated[bool, typer.Option("--yes", help="Do it; without this, only say what would be done.")]
Files = Annotated[list[Path], typer.Argument(metavar="FILE…", help="CSV or Parquet files of an archive.")]


def compact(nights: Nights = None, json: Json = False) -> int:
    """Bring the history up to date with the saved data, and mend what is damaged. Loads bring it up to date
    too.

    Exit code 1 when a month was left as it is, because what it was made from is gone.
    """
    from wmt.nights.withdrawal import finish

    folder = home(nights)
    with loading(folder, "compacting the history"), progress() as tell:
        sweep(folder)
        finish(folder)
        done = compact_history(folder, tell, every_byte=True)
    if json:
        lost = [{**vars(each), "remedy": each.remedy} for each in done.lost]
        print_json(
            {"written": list(done.written), "removed": list(done.removed), "days": done.days, "lost": lost}
        )
    else:
        months = ", ".join(done.written) if done.written else "none"
        out.print(f"{counted(done.days, 'day')} with figures; months rebuilt: {months}")
    return tell_lost(done)


def verify(nights: Nights = None, replay: Replay = False, json: Json = False) -> int:
    """Check every byte of saved data, and that the history and the loads of the site agree with it.

    Exit code 1 when something is wrong.
    """
    from wmt.history.check import check_history
    from wmt.nights.verify import verify_nights

    folder = home(nights)
    with progress() as tell:
        found = verify_nights(folder, replay=replay, progress=tell)
    wrong = [*found.faults, *check_history(folder)]
    unknown: list[str] | None = None
    if is_site(nights):
        set_up()
        from wmt.site.loads.known_nights import compare

        # nights that the site loaded and that are gone, and folders that it never loaded
        known, named = compare(), {fault.what for fault in wrong}
        wrong += [fault for fault in known.faults if fault.what not in named]
        unknown = list(known.unknown)
    if json:
        told = {
            "nights": found.nights,
            "replayed": found.replayed,
            "faults": [vars(fault) for fault in wrong],
        }
        print_json(told if unknown is None else {**told, "unknown": unknown})
    for name in unknown or ():
        complain(f"{name}: no load of this site made it. If it does not belong here, move the folder away")
    for fault in wrong:
        complain(f"{fault.what}: {fault.wrong}. {fault.remedy}")
    if not json and not wrong:
        again = f"; {counted(found.replayed, 'load')} recalculated with identical results" if replay else ""
        out.print(f"{counted(found.nights, 'saved load')} complete, and the history agrees{again}")
    return 1 if wrong else 0


def forget(before: Before, nights: Nights = None, yes: Yes = False, json: Json = False) -> None:
    """Remove personal data before a day. Figures do not change. This cannot be undone."""
    from wmt.history.archive import forget_names, named_days
    from wmt.nights.forget import forget_nights, to_forget

    folder = home(nights)
    if not yes:
        names, days = [night.name for night in to_forget(folder, before)], named_days(folder, before)
        if json:
            print_json({"forgotten": [], "would_forget": names, "archived_days": days})
            return
        for name in names:
            out.print(name)
        out.print(
            f"Personal data of {counted(len(names), 'load')} and the names of "
            f"{counted(days, 'archived day')} would be removed. Nothing has changed: add --yes to remove "
            "them. This cannot be undone, and does not affect copies elsewhere"
        )
        return
    with loading(folder, f"forgetting what is before {before}"), progress() as tell:
        done = forget_nights(folder, before, tell)
        forget_names(folder, before)
        compact_history(folder)
    # all that ever were: whoever forgot them may have been killed before the database was told
    ever = [*saved_nights(folder), *withdrawn_nights(folder)]
    forgotten = [night.name for night in ever if night.manifest.forgotten]
    if forgotten and folder.resolve() == home(None).resolve():
        _forget_in_site(forgotten)
    if json:
        print_json({"forgotten": list(done.forgotten), "kept": list(done.kept)})
    else:
        out.print(
            f"Personal data of {counted(len(done.forgotten), 'load')} removed. Figures have not changed"
        )
    for name in done.kept:
        complain(f"{name} is kept as it is: it is the latest data, which the pages show")


def _forget_in_site(names: Sequence[str]) -> None:
    """Rows of those nights may lie in the site's database, for pages of their days."""
    set_up()
    from wmt.site.exports.kept_files import discard_all
    from wmt.site.loads.past_nights import drop
    from wmt.site.plans.models import SharingSearch

    drop(names)
    discard_all()  # files that people asked for may hold what is forgotten
    SharingSearch.objects.all().delete()  # and so may moves that were worked out for them


def import_archive(files: Files, nights: Nights = None, json: Json = False) -> None:
    """Import totals from another tool. Where a day has saved data, that is used instead."""
    from wmt.history.archive import keep, key_of
    from wmt.history.import_archive import KnownUnits, days_of, read_figures
    from wmt.history.nobody import own_policies, words_of_nobody

    folder = home(nights)
    with loading(folder, "importing an archive"), progress() as tell:
        sweep(folder)
        last = last_day()
        words, _ = words_of_nobody(own_policies(folder), last)
        found = saved_nights(folder)
        known = KnownUnits.of(
            open_night(found[-1].path).table("results/totals") if found else None, key_of(folder), words
        )
        days: set[date] = set()
        rows = 0
        for number, path in enumerate(files):
            tell(f"checking {path.name}", number / len(files) / 3)
            figures = read_figures(path, known, last)
            days |= days_of(figures)
            rows += len(figures)
        for number, path in enumerate(files):
            tell(f"keeping {path.name}", 1 / 3 + number / len(files) / 3)
            keep(folder, read_figures(path, known, last))
        done = compact_history(folder, lambda stage, share: tell(stage, 2 / 3 + share / 3))
    if json:
        print_json({"days": len(days), "rows": rows, "written": list(done.written)})
        return
    out.print(
        f"{counted(rows, 'figure')} of {counted(len(days), 'day')}; "
        f"{counted(done.days, 'day has', 'days have')} figures now"
    )
