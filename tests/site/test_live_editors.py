"""Many people who save at once, through a real server: nothing lost, nothing doubled, no error to be seen.

`make soak` lets fifty of them save for a minute on either database; every test run fewer, for some seconds.
"""

import json
import os
import random
import signal
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from loads_homes import Home

from night_tools import start, wmt

SOAK = bool(os.environ.get("WMT_SOAK"))
EDITORS, SECONDS = (50, 60.0) if SOAK else (8, 4.0)
DAY = date(2026, 11, 20)
PEOPLE = (
    """
import json, sys
from datetime import date, timedelta
from wmt.site.start import set_up
set_up(lambda said: None)
from django.utils import timezone
from wmt.site.accounts.models import RoleGrant, User
from wmt.site.accounts.tokens import make_token
from wmt.site.workload.models import Unit
today = timezone.localdate()
tokens = []
for number in range(int(sys.argv[1])):
    user = User.objects.create_user(f"editor{number}@example.org", name=f"Editor {number}")
    RoleGrant.objects.create(user=user, role="administrator", level="nation", code="nation", first_day=today)
    tokens.append(make_token(user=user, name="saves", first_day=today, last_day=today + timedelta(2))[1])
posts = Unit.objects.filter(level="post", whole=True, available_x100__gte=160_000)
found = list(posts.order_by("code").values_list("code", flat=True))
takers = list(posts.filter(grade="PO", stream="sentence_management").values_list("code", flat=True))
"""
    + """
from wmt.site.figures.placeholders import placeholders
from wmt.site.workload.models import Line, Pricing
from wmt.site.workload.state import current_state
nobody = dict(Unit.objects.filter(code__in=placeholders(current_state())).values_list("number", "code"))
own = Pricing.objects.filter(kind="case").exclude(stream="omic").values("number")
lines = Line.objects.filter(post_no__in=list(nobody), pricing__in=own, listed_cases=1).order_by("ref")
cases = [(ref, nobody[number]) for ref, number in lines.values_list("ref", "post_no")][:200]
print(json.dumps({"tokens": tokens, "posts": found, "takers": takers, "cases": cases}))
"""
)
TRUE = """
from wmt.site.start import set_up
set_up(lambda said: None)
from wmt.site.changes.reconcile import differences
from wmt.site.workload.state import current_state
print(differences(current_state()))
"""
KINDS = ("hours", "reduction", "grade")


@dataclass
class Editor:
    """Somebody who saves one thing after the other, and what came of it."""

    address: str
    token: str
    post: str
    seed: int
    shared: tuple[str, str] = ("", "")  # a post and the key of its reduction that everybody wants to change
    share: int = 0  # of two at one post, who this is: their days are not the same
    saved: int = 0
    conflicts: int = 0
    busy: int = 0
    wrong: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    mine: list[tuple[str, int]] = field(default_factory=list)
    cases: list[tuple[str, str]] = field(default_factory=list)  # that wait, and whose placeholder has them
    taker: str = ""
    given: list[str] = field(default_factory=list)

    def works(self, until: float) -> None:
        dice = random.Random(self.seed)
        with requests.Session() as self.asks:
            self.asks.headers["Authorization"] = f"Bearer {self.token}"
            turn = 0
            while time.monotonic() < until or turn < 5:  # everybody does everything once
                turn += 1
                does = (
                    self.enters_hours,
                    self.enters_a_reduction,
                    self.changes_it,
                    self.contests,
                    self.gives_a_case,
                )
                does[(turn + self.seed) % len(does)](dice, turn)

    def enters_hours(self, dice: random.Random, turn: int) -> None:
        first = DAY + timedelta(2 * turn + self.share)
        self._sends("put", f"posts/{self.post}/hours/{first}", {"hours": f"{dice.randint(3000, 4500) / 100}"})

    def enters_a_reduction(self, dice: random.Random, turn: int) -> None:
        first = DAY + timedelta(20 * turn + 10 * self.share)
        body = {"reason": "1", "hours": f"{dice.randint(0, 1000) / 100}", "first_day": f"{first}",
                "last_day": f"{first + timedelta(9)}"}  # fmt: skip
        if answer := self._sends("post", f"posts/{self.post}/reductions", body):
            record = answer["records"][0]
            self.mine.append((record["key"], record["version"]))

    def changes_it(self, dice: random.Random, turn: int) -> None:  # noqa: ARG002
        if self.mine:
            key, version = self.mine.pop()
            self._sends("delete", f"posts/{self.post}/reductions/{key}?version={version}&why=a+slip", None)

    def contests(self, dice: random.Random, turn: int) -> None:  # noqa: ARG002
        post, key = self.shared
        address = f"posts/{post}/records"
        found = self.asks.get(f"{self.address}{address}", timeout=60)
        if self._is_put_off(found):
            return
        if found.status_code != 200:
            self.wrong.append(f"{found.status_code} {found.text[:300]}")
            return
        (record,) = [each for each in found.json()["reductions"] if each["key"] == key]
        body = {"reason": "22", "hours": f"{dice.randint(0, 1000) / 100}", "version": record["version"],
                "first_day": f"{DAY}", "last_day": None}  # fmt: skip
        self._sends("put", f"posts/{post}/reductions/{key}", body, conflicts=True)

    def gives_a_case(self, dice: random.Random, turn: int) -> None:
        """One that waits, to somebody; whoever comes second is told."""
        ref, holder = dice.choice(self.cases)
        why = {"why_over": "a test", "why_not_eligible": "a test"}
        body = {"ref": ref, "to_post": self.taker, "from_post": holder, "key": f"{self.seed} {turn}", **why}
        if self._sends("post", "allocations", body, conflicts=True):
            again = self._sends("post", "allocations", body)  # a double click: nothing more
            self.saved -= bool(again)
            self.given.append(ref)

    def _sends(self, method: str, address: str, body: Any, *, conflicts: bool = False) -> Any:
        begun = time.monotonic()
        try:
            answer = self.asks.request(method, f"{self.address}{address}", json=body, timeout=60)
        except requests.RequestException as error:
            self.wrong.append(f"{method} {address}: {error!r}")
            return None
        self.seconds.append(time.monotonic() - begun)
        if answer.status_code in (200, 201):
            self.saved += 1
            return answer.json()
        if conflicts and answer.status_code == 409:
            self.conflicts += 1
        elif self._is_put_off(answer):
            return None
        else:
            self.wrong.append(f"{method} {address}: {answer.status_code} {answer.text[:300]}")
        return None

    def _is_put_off(self, answer: requests.Response) -> bool:
        """Whether the site had no time. The editor waits as told, and sends something else: had it been saved
        all the same, there would be a version that nobody was told of."""
        if answer.status_code != 503 or "Retry-After" not in answer.headers:
            return False
        self.busy += 1
        time.sleep(min(int(answer.headers["Retry-After"]), 5))
        return True


@contextmanager
def serving(home: Home) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = start("serve", "--port", port, "--workers", 2, **home.env)
    assert server.stdout is not None
    try:
        assert f"http://127.0.0.1:{port}/" in server.stdout.readline()
        yield f"http://127.0.0.1:{port}/api/v1/"
    finally:
        server.send_signal(signal.SIGINT)
        _, complaints = server.communicate(timeout=90)
        assert "Traceback" not in complaints, complaints


@pytest.fixture
def home(kept_home: Home, tmp_path: Path) -> Iterator[Home]:
    """A home that shows a night, on the day of the extract."""
    with kept_home.copied(tmp_path / "home") as home:
        yield home


def asked(home: Home, code: str, *arguments: object) -> str:
    done = wmt(*arguments, code=code, **home.env)
    assert done.returncode == 0, done.stderr
    return done.stdout


def versions(home: Home) -> Counter[str]:
    """How many versions every record has."""
    found: Counter[str] = Counter()
    for kind in KINDS:
        for key, version in home.ask(f"SELECT key, version FROM availability_{kind}"):
            found[f"{kind} {key}"] = max(found[f"{kind} {key}"], version)
    return found


def test_nothing_is_lost_and_nothing_doubled(home: Home) -> None:
    given = json.loads(asked(home, PEOPLE, EDITORS))
    posts, tokens = given["posts"], given["tokens"]
    assert 2 * len(posts) > EDITORS + 2
    before, events = versions(home), home.ask("SELECT COUNT(*) FROM audit_auditevent")[0][0]
    with serving(home) as address:
        shared = _contested(Editor(address, tokens[0], "", 0), posts.pop())
        until = time.monotonic() + SECONDS
        editors = [_editor(address, token, posts, n, shared) for n, token in enumerate(tokens)]
        for number, editor in enumerate(editors):
            editor.cases, editor.taker = given["cases"], given["takers"][number % len(given["takers"])]
        threads = [threading.Thread(target=editor.works, args=(until,)) for editor in editors]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert [wrong for editor in editors for wrong in editor.wrong] == []
    cases = [ref for editor in editors for ref in editor.given]
    saved = 1 + sum(editor.saved for editor in editors) - len(cases)
    assert all(editor.saved + editor.conflicts > 0 for editor in editors)
    after = versions(home)
    made = sum(after.values()) - sum(before.values())
    rows = sum(home.ask(f"SELECT COUNT(*) FROM availability_{kind}")[0][0] for kind in KINDS)
    assert (made, rows) == (saved, sum(after.values())), "a version for each that was told it is saved"
    told = home.ask("SELECT COUNT(*) FROM audit_auditevent WHERE kind IN ('hours', 'reduction', 'grade')")
    assert told[0][0] == saved
    assert home.ask("SELECT COUNT(*) FROM audit_auditevent")[0][0] >= events + saved
    assert cases, [(editor.saved, editor.conflicts, editor.busy) for editor in editors]
    assert len(cases) == len(set(cases)), "no case was given twice"
    assert sorted(cases) == sorted(ref for (ref,) in home.ask("SELECT ref FROM allocation_caseallocation"))
    told = home.ask("SELECT COUNT(*) FROM audit_auditevent WHERE kind = 'allocation'")
    assert told[0][0] == len(cases)
    assert asked(home, TRUE).strip() == "[]"
    home.figures()
    _tell(editors, saved + len(cases))


def _editor(address: str, token: str, posts: list[str], number: int, shared: tuple[str, str]) -> Editor:
    share, place = divmod(number, len(posts))
    return Editor(address, token, posts[place], number, shared, share)


def _contested(editor: Editor, post: str) -> tuple[str, str]:
    with requests.Session() as editor.asks:
        editor.asks.headers["Authorization"] = f"Bearer {editor.token}"
        change = {"kind": "reduction", "post": post, "reason": "22", "hours": "1", "first_day": f"{DAY}"}
        made = editor._sends("post", "changes", {"changes": [change]})
    assert made, editor.wrong
    return post, made["records"][0]["key"]


def _tell(editors: list[Editor], saved: int) -> None:
    taken = sorted(second for editor in editors for second in editor.seconds)
    conflicts, busy = (sum(getattr(editor, what) for editor in editors) for what in ("conflicts", "busy"))
    half, most = taken[len(taken) // 2], taken[int(len(taken) * 0.99)]
    print(
        f"\n{len(editors)} editors, {SECONDS:.0f} s: {saved:,} saved, {conflicts} told of another’s change, "
        f"{busy} put off, "
        f"half within {half * 1000:.0f} ms, 99 in 100 within {most * 1000:.0f} ms"
    )


def test_a_save_that_is_killed_is_there_or_not(home: Home) -> None:
    """The journal, the record, the event and the figures are one step, whenever the process dies."""
    given = json.loads(asked(home, PEOPLE, 1))
    dice = random.Random(5)
    for turn in range(120 if SOAK else 2):
        gives = turn % 6 if SOAK else turn
        words = {"post": given["posts"][0], "day": turn, "taker": given["takers"][0], "cases": given["cases"]}
        process = start("-", code=(_GIVES if gives else _SAVES).format(**words), **home.env)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(dice.random() * 0.5)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        made = home.ask("SELECT COUNT(*) FROM availability_hours WHERE who = 'a killed one'")[0][0]
        told = home.ask("SELECT COUNT(*) FROM audit_auditevent WHERE who = 'a killed one'")[0][0]
        assert made == told
        by = "FROM allocation_caseallocation"
        steps = (
            home.ask(f"SELECT COUNT(*) {by}")[0][0]
            + home.ask(f"SELECT COUNT(*) {by} WHERE state = 'undone'")[0][0]
        )
        assert home.ask("SELECT COUNT(*) FROM audit_auditevent WHERE kind = 'allocation'") == [(steps,)]
        home.figures()
    assert asked(home, TRUE).strip() == "[]"


_SAVES = """
from datetime import date, timedelta
from wmt.site.start import set_up
set_up(lambda said: None)
from wmt.site.changes import actions
from wmt.site.availability.change_requests import Change
print("ready", flush=True)
for number in range(200):
    day = date(2026, 1, 1) + timedelta(number + 200 * {day})
    hours = (1 + number % 30) * 1_000_000
    change = Change(kind="hours", post=tuple("{post}".split(":")), first_day=day, hours_micro=hours)
    actions.save(actor=None, who="a killed one", changes=[change])
"""
_GIVES = """
from wmt.site.start import set_up
set_up(lambda said: None)
from wmt.site.allocation.models import CaseAllocation
from wmt.site.changes import allocate, allocation_preview
print("ready", flush=True)
for ref, holder in {cases} * 9:
    open_one = CaseAllocation.objects.filter(ref=ref, is_open=True).first()
    if open_one is not None:
        allocate.undo(actor=None, who="another", allocation=open_one)
    else:
        wanted = allocation_preview.AllocationRequest(
            ref=ref, to_post="{taker}", reason="initial_allocation", why_over="x", why_not_eligible="x"
        )
        allocate.allocate(actor=None, who="another", wanted=wanted)
"""
