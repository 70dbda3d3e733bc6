"""Extra work on cases: noted by the holder, decided by a manager, beside the points, private."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.utils import timezone
from exports_fixtures import body
from hours_fixtures import day as day_fields
from tabs_fixtures import in_sight

from wmt.site.accounts.models import User
from wmt.site.audit.models import AuditEvent, ReadEvent
from wmt.site.changes import allocate, case_limits
from wmt.site.changes.allocation_preview import AllocationRequest
from wmt.site.duties.models import Notice
from wmt.site.extra_work import noted
from wmt.site.extra_work.models import ExtraWork
from wmt.site.extra_work.note_states import NoteState
from wmt.site.outbox.models import Message
from wmt.site.retention import removal
from wmt.site.workload.models import Line, Pricing, Unit
from wmt.site.workload.state import current_state

SignIn = Callable[..., Client]
pytestmark = pytest.mark.both_databases


@dataclass
class Scene:
    """A practitioner with a case, their manager, and a manager of another PDU."""

    ref: str
    post: Unit
    other: Unit
    practitioner: Client
    manager: Client
    outsider: Client
    today: date

    def note(self, **more: Any) -> Any:
        usual = {
            "crn": self.ref, "activity": "planned_contact", "times": "4", "key": "one",
            "words": "MAPPA 3, seen twice a week", **day_fields("first_day", self.today),
            **day_fields("last_day", self.today + timedelta(90)),
        }  # fmt: skip
        return self.practitioner.post("/extra-work/new/", {**usual, **more})

    def decide(self, client: Client, do: str, reason: str = "") -> Any:
        row = ExtraWork.objects.get()
        return client.post(f"/extra-work/{row.pk}/decide/", {"do": do, "reason": reason})

    @property
    def standing(self) -> NoteState:
        return noted.readable(None, current_state(), [self.ref], closed=True)[0].standing


@pytest.fixture
def scene(nation: Any, signed_in: SignIn) -> Scene:
    state = current_state()
    ref, post, other = _case(nation.load)
    strangers = Unit.objects.filter(load=nation.load, level="pdu", whole=True, posts__gt=0)
    far = strangers.exclude(code=post.pdu_code).first()
    return Scene(
        ref,
        post,
        other,
        signed_in("practitioner", "team", post.team_code, staff_code=post.staff_code),
        signed_in("manager", "pdu", post.pdu_code),
        signed_in("manager", "pdu", far.code, email="far@example.org"),
        state.day,
    )


def _case(load: Any, status: str = "active") -> tuple[str, Unit, Unit]:
    """A case with one holder, who has a colleague in the PDU."""
    kinds = Pricing.objects.filter(load=load, kind="case", status=status).exclude(stream__in=("omic", "t2a"))
    posts = Unit.objects.filter(load=load, level="post", whole=True, available_x100__gt=0, grade="PO")
    for post in posts.order_by("code"):
        lines = Line.objects.filter(load=load, post_no=post.number, pricing__in=kinds.values("number"))
        line = lines.exclude(ref="").order_by("ref").first()
        near = posts.filter(pdu_code=post.pdu_code).exclude(staff_code=post.staff_code).first()
        if line and near and Line.objects.filter(load=load, ref=line.ref, listed_cases=1).count() == 1:
            return line.ref, post, near
    raise AssertionError("there is no such case")


def test_noted_by_the_holder_confirmed_by_the_manager_and_in_no_points(scene: Scene) -> None:
    before = Unit.objects.get(pk=scene.post.pk).points_x100
    assert scene.note().status_code == 302
    assert scene.note().status_code == 302  # the same form again
    assert ExtraWork.objects.count() == 1
    assert scene.standing == NoteState.ASKED
    tab = f"/post/{scene.post.code}/extra/"
    assert "No extra work on cases is confirmed here" in in_sight(scene.manager.get(tab).content.decode())
    assert scene.decide(scene.practitioner, "confirmed").status_code == 403  # nobody confirms their own
    assert scene.decide(scene.manager, "confirmed").status_code == 302
    shown = in_sight(scene.manager.get(tab).content.decode())
    assert "4 hours of extra work in four weeks are confirmed here, and are not in the points" in shown
    assert "60 minutes, 4 times more in four weeks" in shown
    case = in_sight(scene.practitioner.get("/case/", {"crn": scene.ref}).content.decode())
    assert "not in the points" in case
    caseload = scene.practitioner.get(f"/post/{scene.post.code}/caseload/").content.decode()
    assert "4 hours of extra work in four weeks, not in the points" in caseload
    overview = scene.practitioner.get(f"/post/{scene.post.code}/").content.decode()
    assert "4 hours of extra work in four weeks are confirmed" in overview
    for level, code in (("team", scene.post.team_code), ("pdu", scene.post.pdu_code)):
        assert "4 hours of extra work" in in_sight(
            scene.manager.get(f"/{level}/{code}/extra/").content.decode()
        )
    assert Unit.objects.get(pk=scene.post.pk).points_x100 == before
    told = AuditEvent.objects.filter(kind="extra work")
    assert told.count() == 2
    assert not any(
        scene.ref in event.sentence or "MAPPA" in f"{event.sentence}{event.after}" for event in told
    )


def test_declined_with_a_reason_confirmed_later_undone_ended(scene: Scene) -> None:
    scene.note()
    assert scene.decide(scene.manager, "declined").status_code == 422
    assert scene.standing == NoteState.ASKED
    scene.decide(scene.manager, "declined", "It is in the weekly contact")
    assert scene.standing == NoteState.DECLINED
    row = ExtraWork.objects.get()
    assert "It is in the weekly contact" in scene.practitioner.get(f"/extra-work/{row.pk}/").content.decode()
    scene.decide(scene.manager, "confirmed")
    assert scene.decide(scene.manager, "confirmed").status_code == 302  # says that it is confirmed already
    assert row.decisions.count() == 2
    scene.decide(scene.manager, "undo")
    assert scene.standing == NoteState.DECLINED
    scene.decide(scene.practitioner, "ended")
    assert scene.standing == NoteState.ENDED
    assert scene.note(key="two").status_code == 302  # so it can be noted anew


def test_who_may_not_see_the_case_sees_nothing(scene: Scene) -> None:
    scene.note()
    row = ExtraWork.objects.get()
    scene.decide(scene.manager, "confirmed")
    assert scene.outsider.get(f"/extra-work/{row.pk}/").status_code == 404
    assert scene.decide(scene.outsider, "declined", "x").status_code == 404
    for address in (f"/post/{scene.post.code}/extra/", f"/post/{scene.post.code}/", "/nation/extra/"):
        page = scene.outsider.get(address).content.decode()
        assert scene.ref not in page
        assert "4 hours of extra work" not in in_sight(page)
    asked = scene.outsider.get("/extra-work/new/", {"crn": scene.ref})
    assert asked.status_code == 404
    assert scene.manager.get("/extra-work/new/", {"crn": scene.ref}).status_code == 403  # not their case
    api = scene.outsider.get(f"/api/v1/units/post/{scene.post.code}/extra-work").json()
    assert (float(api.pop("hours")), api) == (0, {"complete": False, "items": []})


def test_a_case_that_moves_has_its_note_to_be_confirmed_again(scene: Scene) -> None:
    scene.note()
    scene.decide(scene.manager, "confirmed")
    wanted = AllocationRequest(
        ref=scene.ref, to_post=scene.other.code, reason="other", why_over="x", why_not_eligible="x"
    )
    given, _ = allocate.allocate(actor=None, who="Ann", wanted=wanted)
    assert scene.standing == NoteState.MOVED
    found = noted.of_unit(None, current_state(), scene.other)
    assert [each.row.ref for each in found] == [scene.ref]
    assert noted.hours(found) == 0
    scene.decide(scene.manager, "confirmed")
    assert noted.hours(noted.of_unit(None, current_state(), scene.other)) == 4
    allocate.undo(actor=None, allocation=given, who="Ann")
    assert scene.standing == NoteState.CONFIRMED  # as it was with its former holder


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"times": "0"}, "above 0"),
        ({"times": "57"}, "at most 56"),
        ({"times": "x"}, "must be a number"),
        ({"activity": "warrant_work"}, "Choose an activity"),
        ({"activity": "crisis_work"}, "Choose an activity"),
        ({"words": " "}, "Enter what the case needs"),
        ({"words": "x" * 501}, "at most 500"),
        (day_fields("last_day", date(2028, 11, 20)), "within 366 days"),
        (day_fields("last_day", date(2026, 11, 1)), "before the first day"),
    ],
)
def test_bad_input_is_said_and_nothing_is_saved(scene: Scene, typed: dict[str, str], said: str) -> None:
    answer = scene.note(**typed)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not ExtraWork.objects.exists()


def test_the_same_activity_twice_is_a_conflict(scene: Scene) -> None:
    scene.note()
    answer = scene.note(key="two")
    assert answer.status_code == 409
    assert "noted on the case already" in answer.content.decode()
    assert scene.note(key="three", activity="home_visit").status_code == 302


def test_words_go_in_time_and_hours_stay(scene: Scene) -> None:
    scene.note()
    scene.decide(scene.manager, "declined", "a reason")
    assert (
        removal.apply(now=timezone.now() + timedelta(days=1_200))[
            "words, reasons and references of extra work on cases"
        ]
        == 1
    )
    row = ExtraWork.objects.get()
    assert (row.ref, row.words, row.times_x100, row.decisions.get().reason) == ("", "", 400, "")


def test_programs_note_decide_and_undo(scene: Scene) -> None:
    sent = {
        "ref": scene.ref, "activity": "home_visit", "times": 2, "first_day": f"{scene.today}",
        "last_day": f"{scene.today + timedelta(30)}", "words": "A new address",
    }  # fmt: skip
    made = scene.practitioner.post("/api/v1/extra-work", sent, content_type="application/json")
    assert made.status_code == 200, made.content
    number = made.json()["number"]
    assert float(made.json()["hours"]) == 3  # two visits of 90 minutes
    decided = scene.manager.post(
        f"/api/v1/extra-work/{number}/decisions", {"kind": "confirmed"}, content_type="application/json"
    )
    assert decided.json()["standing"] == "confirmed"
    unit = scene.manager.get(f"/api/v1/units/team/{scene.post.team_code}/extra-work").json()
    assert (float(unit["hours"]), unit["complete"]) == (3, True)
    undone = scene.manager.post(f"/api/v1/extra-work/{number}/undo", content_type="application/json")
    assert undone.json()["standing"] == "to be confirmed"


def test_recorded_work_on_a_warrant_case_is_a_credit_beside(
    nation: Any, signed_in: SignIn, scene: Scene
) -> None:
    ref, post, _ = _case(nation.load, "warrant")
    email = "warrant@example.org"
    scene.practitioner = signed_in(
        "practitioner", "team", post.team_code, staff_code=post.staff_code, email=email
    )
    scene.ref = ref
    form = in_sight(scene.practitioner.get("/extra-work/new/", {"crn": ref}).content.decode())
    assert "Note work on a case with a warrant" in form
    assert scene.note().status_code == 422  # no planned contact
    assert scene.note(activity="warrant_work", times="2").status_code == 302
    found = noted.of_unit(User.objects.get(email=email), current_state(), post)
    assert [(each.line.hours, each.line.is_of_warrant) for each in found if each.line] == [(2, True)]


def test_who_reads_notes_is_written_down_and_files_of_a_region_are_for_few(
    scene: Scene, signed_in: SignIn
) -> None:
    scene.note()
    scene.decide(scene.manager, "confirmed")
    region, team = scene.post.region_code, scene.post.team_code
    analyst = signed_in("administrator", "nation", "nation", email="analyst@example.org")

    def of_region(client: Client) -> Any:
        return client.get(f"/api/v1/units/region/{region}/extra-work").json()

    ReadEvent.objects.all().delete()
    few = of_region(scene.manager)
    assert (float(few["hours"]), few["complete"], few["items"]) == (4, False, None)
    assert not ReadEvent.objects.exists()
    whole = of_region(analyst)
    assert (float(whole["hours"]), whole["complete"]) == (4, True)
    assert [each["ref"] for each in whole["items"]] == [scene.ref]
    assert set(ReadEvent.objects.values_list("level", "code")) == {("region", region)}
    scene.manager.get(f"/team/{team}/extra/")
    assert ReadEvent.objects.filter(level="team", code=team).exists()
    scene.manager.get(f"/pdu/{scene.post.pdu_code}/extra/")  # names no case
    assert not ReadEvent.objects.filter(level="pdu").exists()
    book = openpyxl.load_workbook(io.BytesIO(body(scene.manager.get(f"/team/{team}/pack/pack.xlsx"))))
    cells = [value for sheet in book for row in sheet.iter_rows(values_only=True) for value in row]
    assert not [value for value in cells if "60 minutes, 4 times more" in str(value)]


def test_what_programs_decide_of_a_note_is_read(scene: Scene) -> None:
    scene.note()
    ReadEvent.objects.all().delete()
    number = ExtraWork.objects.get().pk
    scene.manager.post(
        f"/api/v1/extra-work/{number}/decisions", {"kind": "confirmed"}, content_type="application/json"
    )
    assert ReadEvent.objects.filter(level="post", code=scene.post.code).exists()


def test_notes_of_a_unit_are_of_posts_of_its_stream(scene: Scene) -> None:
    """As its rows are: a total has no note that no row has."""
    scene.note()
    scene.decide(scene.manager, "confirmed")
    state = current_state()
    unit = Unit.objects.get(load_id=state.load_id, level="pdu", code=scene.post.pdu_code, whole=True)
    assert noted.hours(noted.of_unit(None, state, unit)) == 4
    Unit.objects.filter(pk=scene.post.pk).update(stream="courts")
    post = Unit.objects.get(pk=scene.post.pk)
    assert noted.of_unit(None, state, unit) == []
    assert noted.hours(noted.of_unit(None, state, post)) == 4


def _told(email: str) -> list[tuple[str, bool]]:
    rows = Notice.objects.filter(user__email=email).order_by("pk")
    return [(row.words, row.read_at is not None) for row in rows]


def test_the_manager_is_told_that_a_note_waits_and_the_practitioner_what_became_of_it(scene: Scene) -> None:
    manager, own = (
        f"manager.{scene.post.pdu_code}@example.org",
        User.objects.get(staff_code=scene.post.staff_code),
    )
    page = f"/pdu/{scene.post.pdu_code}/"
    waits = "1 note of extra work on cases waits for you to confirm or decline"
    assert waits not in scene.manager.get(page).content.decode()
    scene.note()
    scene.note()  # the same form again tells nobody twice
    said = f"Extra work on a case of {scene.post.name} waits for you to confirm or decline it."
    assert _told(manager.lower()) == [(said, False)]
    assert not Notice.objects.filter(user__email="far@example.org").exists()
    assert waits in in_sight(scene.manager.get(page).content.decode())
    for client in (scene.practitioner, scene.outsider):
        assert "waits for you to confirm" not in client.get(page).content.decode()
    row = ExtraWork.objects.get()
    assert f"/extra-work/{row.pk}/" in scene.manager.get("/notices/").content.decode()
    scene.manager.get(f"/extra-work/{row.pk}/")
    assert _told(manager.lower()) == [(said, True)]
    scene.decide(scene.manager, "declined", "It is in the weekly contact")
    assert waits not in scene.manager.get(page).content.decode()
    assert _told(own.email) == [("Extra work on a case of yours was declined.", False)]
    scene.decide(scene.manager, "undo")
    assert _told(own.email)[1:] == [("That extra work on a case of yours was declined is taken back.", False)]
    letters = Message.objects.filter(kind="notice").order_by("pk")
    assert [letter.user.email for letter in letters if letter.user] == [manager.lower(), own.email, own.email]
    for letter in letters:
        told = f"{letter.subject} {letter.body}"
        assert not any(word in told for word in (scene.ref, "MAPPA", "weekly contact"))


def test_who_is_shut_out_of_a_case_is_not_told_of_its_extra_work(scene: Scene, signed_in: SignIn) -> None:
    signed_in("head", "pdu", scene.post.pdu_code)
    head = User.objects.get(email=f"head.{scene.post.pdu_code}@example.org".lower())
    manager = User.objects.get(email=f"manager.{scene.post.pdu_code}@example.org".lower())
    User.objects.filter(pk=manager.pk).update(staff_code="SHUTOUT")
    case_limits.save(
        actor=None, who="a test", typed=scene.ref, state=current_state(), excluded=["SHUTOUT"], restricted=[]
    )
    scene.note()
    assert not Notice.objects.filter(user=manager).exists()
    assert Notice.objects.get().user == head  # nobody else is left to decide
    limit = {"actor": None, "who": "a test", "typed": scene.ref, "state": current_state(), "restricted": []}
    User.objects.filter(pk=head.pk).update(staff_code="ALSO")
    assert Message.objects.get().state == Message.State.WAITING
    case_limits.save(**limit, excluded=["SHUTOUT", "ALSO"])
    assert (Message.objects.get().state, Message.objects.get().body) == (Message.State.NO_ADDRESS, "")
    assert "waits for you" not in scene.manager.get(f"/pdu/{scene.post.pdu_code}/").content.decode()
