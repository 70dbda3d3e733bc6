"""Need sections of OASys: from severities, scores or answers to points; and which assessment is used."""

from collections.abc import Sequence

import polars as pl

from wmt.tiering.register_facts import code
from wmt.tiering.rulebook import Rulebook

ANSWERS = ("answer_1", "answer_2", "answer_3", "answer_4")
#: A need as it is written down: a section with a severity, a score, or answers as words of `tiering_answers`.
WRITTEN_NEED = pl.Schema(
    {
        "case_no": pl.Int64,
        "assessment_no": pl.Int64,
        "section": pl.String,
        "severity": pl.String,
        "score": pl.Int64,
        **dict.fromkeys(ANSWERS, pl.String),
    }
)
#: What a woman's answers to two questions must be to count.
_PROBLEM = ("some", "significant")


def usable_assessments(assessment: pl.DataFrame, book: Rulebook) -> pl.DataFrame:
    """The assessments that may be used as of the day of their case (`as_of` beside their own columns)."""
    oldest = pl.duration(weeks=book.whole("v2.assessment_weeks"))
    status = code("status").str.replace_all(r"[ -]", "_").fill_null("COMPLETE")
    layer = code("layer").str.replace_all(r"[ _-]", "").fill_null(book.text("v2.assessment_layer"))
    return assessment.filter(
        pl.col("date") <= pl.col("as_of"),
        pl.col("as_of") - pl.col("date") <= oldest,
        status.is_in(book.words("v2.assessment_statuses")),
        layer == book.text("v2.assessment_layer"),
    ).with_columns(is_complete=status == "COMPLETE")


def scored(need: pl.DataFrame, book: Rulebook) -> pl.DataFrame:
    """Needs as they are written down, with a section and words, as rows of NEED.

    Answers become a score, the sum of those given; where none is, there is none.
    """
    keys = [section.key for section in book.sections]
    words = {word: book.whole(f"severity.{word}") for word in book.names("severity")}
    answers = need.select(_answer(place, name, book) for place, name in enumerate(ANSWERS))
    given = pl.any_horizontal(pl.col(name).is_not_null() for name in ANSWERS)
    score = answers.select(pl.when(given).then(pl.sum_horizontal(ANSWERS).cast(pl.Int64))).to_series()
    return need.select(
        "case_no",
        "assessment_no",
        section_no=pl.col("section").replace_strict(
            {key: n for n, key in enumerate(keys)}, return_dtype=pl.Int64
        ),
        severity=pl.col("severity").replace_strict(words, default=None, return_dtype=pl.Int64),
        score=need["score"].zip_with(need["score"].is_not_null(), score),
    )


def rated_needs(need: pl.DataFrame, assessment: pl.DataFrame, book: Rulebook) -> pl.DataFrame:
    """One row for each of some assessments that has needs: `need_points`, and severities and scores packed.

    A severity (0 to 2) or a score is one more than it is, in two or in five bits for each section, so that 0
    is a section that was left out: that takes a tenth of the time of a column for each.
    """
    of = need.join(assessment.select("case_no", "assessment_no", "san"), on=["case_no", "assessment_no"])
    weights = _by_place([section.weight for section in book.sections])
    return (
        of.with_columns(is_san=pl.col("san").fill_null(False))
        .with_columns(severity=pl.coalesce("severity", _severity(book)))
        .with_columns(
            need_points=weights * pl.col("severity").fill_null(0),
            severities=(pl.col("severity").fill_null(-1) + 1)
            * _by_place([4**n for n in range(len(book.sections))]),
            scores=(pl.col("score").fill_null(-1) + 1)
            * _by_place([32**n for n in range(len(book.sections))]),
        )
        .group_by("case_no", "assessment_no")
        .agg(pl.col("need_points", "severities", "scores").sum())
    )


def _by_place(values: Sequence[int]) -> pl.Expr:
    """The value of each section, by its number."""
    return pl.lit(pl.Series(values, dtype=pl.Int64)).gather(pl.col("section_no"))


def _answer(place: int, name: str, book: Rulebook) -> pl.Expr:
    """What an answer adds. 'Unknown' is as if it were not answered, but where it is asked how often."""
    values = {word: book.whole(f"answers.{word}") for word in book.names("answers")}
    often = book.words("answers_of_frequency")
    asks_often = [s.key for s in book.sections if place < len(s.answers) and s.answers[place] in often]
    value = pl.col(name).replace_strict(values, default=None, return_dtype=pl.Int64)
    is_open = (pl.col(name) == "unknown") & ~pl.col("section").is_in(asks_often)
    return pl.when(~is_open.fill_null(False)).then(value).alias(name)


def _severity(book: Rulebook) -> pl.Expr:
    """The severity of a score, by the cut-offs of its section and of the kind of assessment."""
    standard, severe = (
        pl.when("is_san")
        .then(_by_place([getattr(section, f"san_{name}") for section in book.sections]))
        .otherwise(_by_place([getattr(section, name) for section in book.sections]))
        for name in ("standard", "severe")
    )
    return (pl.col("score") >= standard).cast(pl.Int64) + (pl.col("score") >= severe).cast(pl.Int64)


def assessment_facts(assessment: pl.DataFrame, need: pl.DataFrame, book: Rulebook) -> pl.DataFrame:
    """One row for each case with a usable assessment: the newest one, its needs and a woman's answers.

    Of several of one day the completed one counts, then the one with more points, so that the order in which
    they are given makes no difference. `need_…` is a severity (0 to 2), `score_…` a score; null if left out.
    """
    usable = usable_assessments(assessment, book)
    problem = pl.any_horizontal(
        pl.col(name).is_in(_PROBLEM).fill_null(False) for name in ("impulsivity", "temper")
    )
    rated = (
        usable.join(rated_needs(need, usable, book), on=["case_no", "assessment_no"], how="left")
        .with_columns(pl.col("need_points", "severities", "scores").fill_null(0), self_control=problem)
        .with_columns(caring=pl.col("caring_responsibilities").fill_null(False))
    )
    chosen = _newest(rated)
    return chosen.select(
        "case_no",
        "need_points",
        "caring",
        "self_control",
        "caring_responsibilities",
        "impulsivity",
        "temper",
        *(_unpacked("severities", place, 4).alias(f"need_{s.key}") for place, s in enumerate(book.sections)),
        *(_unpacked("scores", place, 32).alias(f"score_{s.key}") for place, s in enumerate(book.sections)),
        assessed_on="date",
        san=pl.col("san").fill_null(False),
        unsaid_status=pl.col("status").is_null(),
        unsaid_layer=pl.col("layer").is_null(),
    )


def _unpacked(column: str, place: int, base: int) -> pl.Expr:
    found = pl.col(column) // base**place % base - 1
    return pl.when(found >= 0).then(found)


def _newest(rated: pl.DataFrame) -> pl.DataFrame:
    """One assessment for each case. Most have one; the others are put in order."""
    order = [
        "date", "is_complete", "need_points", "caring", "self_control", "san", "severities", "scores",
        "impulsivity", "temper", "caring_responsibilities", "status", "layer",
    ]  # fmt: skip
    several = pl.col("case_no").is_duplicated()
    sorted_ones = rated.filter(several).sort(
        ["case_no", *order], descending=[False, *[True] * len(order)], nulls_last=True
    )
    first = sorted_ones.unique("case_no", keep="first", maintain_order=True)
    return pl.concat([rated.filter(~several), first])
