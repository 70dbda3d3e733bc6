"""The current figures: put in beside the former ones, then shown by turning one pointer.

Rows go in by portions, each a short transaction of its own, so that people can sign in while a nation is
being loaded. Nothing of them is read until `show` makes the one change that counts.
"""

from collections.abc import Callable, Iterator

import polars as pl
from django.db import connection, models, transaction

from wmt.site.workload.models import FIGURES, Cell, Current, Line, Load, Past, Pricing, RuleValue, Unit
from wmt.site.workload.night_rows import Rows

_PORTION = 10_000
_SWEPT = 20_000


def put(load_number: int, rows: Rows, told: Callable[[float], None] | None = None) -> None:
    """Put the rows of a load into the database. They are not shown yet. `told` hears the share done."""
    tables: dict[type[models.Model], pl.DataFrame] = {
        Pricing: rows.pricing,
        RuleValue: rows.rule_value,
        Unit: rows.unit,
        Cell: rows.cell,
        Line: rows.line,
    }
    done, whole = 0, sum(table.height for table in tables.values())
    for model in FIGURES:
        _put(model, tables[model], load_number)
        done += tables[model].height
        if told:
            told(done / whole)
    # let the database count the rows, so that it plans well. Of our tables alone: counting all of them would
    # hold a lock that every database of a server shares, until the transaction ends
    with connection.cursor() as cursor:
        for model in FIGURES:
            cursor.execute(f"ANALYZE {connection.ops.quote_name(model._meta.db_table)}")


def show(load: Load) -> None:
    """Show the figures of a load from now on: the one instant at which they become current."""
    with transaction.atomic():
        load.state = Load.State.LOADED
        load.save()
        # the rows are of the extract's own day; `recalculate.settle` turns to today
        Current.objects.update_or_create(pk=1, defaults={"load": load, "day": None})


def shown() -> Load | None:
    """The load whose figures are shown; None before the first."""
    found = Current.objects.select_related("load").first()
    return found.load if found else None


def last_shown() -> Load | None:
    """The load whose figures are shown; where every night is withdrawn, the one that was shown last.

    Its rows stay until others are shown, so that what is entered can follow from its posts to theirs.
    """
    return shown() or Load.objects.filter(change__isnull=False).order_by("-change").first()


def sweep(keep: set[int]) -> None:
    """Remove the figures of all loads but these and of past days somebody asked for: former ones, and what
    killed loads left behind. Only who holds the lock of the home may.

    The load before the current one is worth keeping: a page that was begun before the swap still reads it.
    """
    keep = keep | _past()
    for model in FIGURES:
        for load_id in _loads_in(model) - keep:
            _remove(model, load_id)


def sweep_past() -> None:
    """Remove what is left of past days that gave way. Only who holds the lock of the home may."""
    for model in FIGURES:
        for load_id in {number for number in _loads_in(model) if number < 0} - _past():
            _remove(model, load_id)


def _past() -> set[int]:
    ready = Past.objects.filter(state=Past.State.READY).values_list("pk", flat=True)
    return {-number for number in ready}


def _loads_in(model: type[models.Model]) -> set[int]:
    return set(model._default_manager.order_by().values_list("load_id", flat=True).distinct())


def _remove(model: type[models.Model], load_id: int) -> None:
    rows = model._default_manager.filter(load_id=load_id)
    while portion := list(rows.order_by("pk").values_list("pk", flat=True)[:_SWEPT]):
        rows.filter(pk__lte=portion[-1])._raw_delete(using="default")


def _put(model: type[models.Model], frame: pl.DataFrame, load_id: int) -> None:
    table = model._meta.db_table
    frame = frame.select(pl.lit(load_id).alias("load_id"), pl.all())
    quoted = ", ".join(f'"{name}"' for name in frame.columns)
    if connection.vendor == "postgresql":
        statement = f'COPY "{table}" ({quoted}) FROM STDIN'
        with transaction.atomic(), connection.cursor() as cursor, cursor.cursor.copy(statement) as copy:
            for row in frame.iter_rows():
                copy.write_row(row)
        return
    marks = ", ".join(["%s"] * frame.width)
    for portion in _portions(frame):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(f'INSERT INTO "{table}" ({quoted}) VALUES ({marks})', portion.rows())


def _portions(frame: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Portions of a table with dates as SQLite keeps them."""
    shapes = {pl.Date: "%Y-%m-%d", pl.Datetime("us", "Europe/London"): "%Y-%m-%d %H:%M:%S"}
    texts = [
        (column.dt.convert_time_zone("UTC") if isinstance(dtype, pl.Datetime) else column).dt.strftime(shape)
        for dtype, shape in shapes.items()
        for column in [pl.col(name) for name, found in frame.schema.items() if found == dtype]
    ]
    frame = frame.with_columns(texts)
    return frame.iter_slices(_PORTION)
