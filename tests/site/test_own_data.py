"""What is held about oneself: all that concerns a person, nothing of others, made by a job, and logged."""

import io
import zipfile
from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from how_many import SOAK
from wmt.ledger import HEADLINE
from wmt.site.accounts.models import RoleGrant, User
from wmt.site.allocation.models import PostProtection
from wmt.site.audit.models import AuditEvent, ReadEvent
from wmt.site.audit.record import record
from wmt.site.availability.models import Hours, Reduction
from wmt.site.challenges.models import Challenge
from wmt.site.changes import case_limits
from wmt.site.duties.models import Request
from wmt.site.exports.models import Export
from wmt.site.extra_work.models import ExtraWork
from wmt.site.web.files.making import make_export
from wmt.site.web.own_data.figures import figures_of
from wmt.site.web.own_data.held import NOT_NOW, held_about
from wmt.site.web.own_data.pack import write_zip
from wmt.site.workload.models import Line, Unit
from wmt.site.workload.state import current_state


def mark(user: User) -> str:
    """A word that stands in nothing but what is about this person."""
    return f"marker-{user.pk}-"


def plant(user: User, reader: User) -> None:
    """Something of every kind about a person, each with their word in it."""
    word, staff, today = mark(user), user.staff_code, timezone.localdate()
    at = {"team_code": "T", "staff_code": staff}
    entry = {**at, "first_day": today, "change": 1, "who": "x"}
    Hours.objects.create(**entry, key=f"h{user.pk}", hours_micro=37_000_000, why=f"{word}hours")
    Reduction.objects.create(**entry, key=f"r{user.pk}", reason="1", hours_micro=1, notes=f"{word}reduction")
    PostProtection.objects.create(
        key=f"p{user.pk}", post=f"T:{staff}", first_day=today, reason=f"{word}protected", who="x"
    )
    Challenge.objects.create(
        **at, key=f"c{user.pk}", fact="hours", words=f"{word}challenge", points_x100=0, available_x100=0,
        owner="manager", answers="manager", due=today, asked_who="x",
    )  # fmt: skip
    usual = {**at, "name": "n", "team_name": "t", "asked_who": "x", "asked_on": today, "answer_by": today}
    Request.objects.create(**usual, kind="relief", words=f"{word}relief")
    Request.objects.create(**usual, kind="concern", words=f"secret-{word}concern")
    ReadEvent.objects.create(user=reader, level="post", code=f"T:{staff}", day=today - timedelta(1))
    record("hours", f"{word}event", who="x", level="post", code=f"T:{staff}")


PLANTED = ("hours", "reduction", "protected", "challenge", "relief", "event")


@pytest.mark.one_database
def test_packs_have_all_that_concerns_a_person_and_nothing_of_others(nation: Any) -> None:
    """Of fifty random people in the soak, who share teams and whose staff codes begin and end alike."""
    posts = list(Unit.objects.filter(load=nation.load, level="post", whole=True, staff_code__gt=""))
    number = 50 if SOAK else 6
    chosen = Random(18).sample(sorted({post.staff_code for post in posts}), min(number, 40))
    codes = [*chosen, *(f"X{code}" for code in chosen[: max(1, number - 40)])]
    reader = User.objects.create_user("reader@example.org", name="Somebody Who Looked")
    people = [
        User.objects.create_user(f"own{n}@example.org", name=f"Own {n}", staff_code=code)
        for n, code in enumerate(codes)
    ]
    for user in people:
        RoleGrant.objects.create(
            user=user,
            role="practitioner",
            level="team",
            code=posts[0].team_code,
            first_day=timezone.localdate(),
        )
        plant(user, reader)
    state = current_state()
    for user in people:
        out = io.BytesIO()
        tables = [*figures_of(user, state), *held_about(user)]
        write_zip(out, tables, [("What it is", "a test")])
        with zipfile.ZipFile(out) as packed:
            texts = {name: packed.read(name).decode() for name in packed.namelist()}
        assert {"about.txt", "document.html", "account.csv", "hours.csv", "looked.csv"} <= set(texts)
        whole = "\n".join(texts.values())
        for what in PLANTED:
            assert texts["document.html"].count(f"{mark(user)}{what}") >= 1, what
        assert "Somebody Who Looked" in texts["looked.csv"]
        assert "secret-" not in whole
        for other in people:
            assert other is user or mark(other) not in whole
            assert other is user or other.email not in whole
        if user.staff_code in chosen:
            streams = {post.stream for post in posts if post.staff_code == user.staff_code}
            for stream in streams:
                name = "figures_by_day" if stream == HEADLINE else f"figures_by_day_{stream}"
                assert texts[f"{name}.csv"].count("\r\n") > 1, stream
            assert any(name.startswith("lines_") for name in texts)


def test_a_job_makes_the_file_and_it_is_written_down(nation: Any, signed_in: Callable[..., Client]) -> None:
    post = nation.unit("post", staff_code__gt="")
    client = signed_in("practitioner", "team", post.team_code, staff_code=post.staff_code)
    assert "Your roles" in client.get("/own-data/").text
    asked = client.get("/own-data/pack.zip")
    assert asked.status_code == 303
    export = Export.objects.get()
    make_export.call(export.pk)
    export.refresh_from_db()
    assert (export.state, export.message) == ("done", "")
    answer = client.get(f"/files/{export.key}/file/")
    assert answer["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(b"".join(answer))) as packed:
        about = packed.read("about.txt").decode()
        assert packed.testzip() is None
    assert "not to judge people" in about
    said = AuditEvent.objects.filter(kind="export").get()
    assert "everything held about themselves" in said.sentence
    assert signed_in("", email="other@example.org").get("/own-data/pack.zip").status_code == 403


def test_cases_follow_what_they_may_see_now_and_events_are_of_their_own_records(nation: Any) -> None:
    kept = Line.objects.filter(load=nation.load, listed_cases=1, ref__gt="")
    posts = Unit.objects.filter(load=nation.load, level="post", whole=True, cases__gt=3, grade="PO")
    post = next(post for post in posts if kept.filter(post_no=post.number).count() > 3)
    far = Unit.objects.filter(load=nation.load, level="post", whole=True, cases__gt=3).exclude(
        region_code=post.region_code
    )
    user = User.objects.create_user("own@example.org", name="Own", staff_code=post.staff_code)
    today = timezone.localdate()
    RoleGrant.objects.create(
        user=user, role="practitioner", level="team", code=post.team_code, first_day=today
    )
    own, shut = (line.ref for line in kept.filter(post_no=post.number).order_by("ref")[:2])
    gone = kept.filter(post_no__in=far.values("number")).order_by("ref")[0].ref
    limits = {"actor": None, "who": "x", "state": current_state(), "restricted": []}
    case_limits.save(typed=shut, excluded=[post.staff_code], **limits)
    for number, ref in enumerate((own, shut, gone)):
        ExtraWork.objects.create(
            key=f"e{number}", ref=ref, post=post.code, activity="home_visit", times_x100=100, who="x",
            first_day=today, last_day=today, words=f"words of {ref}",
        )  # fmt: skip
        record("denied", f"Cy tried to see {ref}", who="Cy", level="post", code=post.code)
    tables = {table.name: table.rows for table in held_about(user)}
    refs = [row[0] for row in tables["extra_work"]]
    assert refs == [own, NOT_NOW]
    told = str(tables)
    assert f"words of {own}" in told
    assert not any(secret in told for secret in (shut, gone, "Cy tried"))
    other = User.objects.create_user("small@example.org", name="S", staff_code=post.staff_code.lower())
    assert "extra_work" not in {table.name for table in held_about(other)}
