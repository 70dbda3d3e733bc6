"""Requests for relief and concerns: raised, answered, and watched by a clock of their own.

A request stays open, with an owner, a day and a page, until somebody answers it. The duty it was asked on may
close meanwhile: that ends nothing here.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from django.db import transaction

from wmt.history import Links
from wmt.ledger import is_over
from wmt.site.accounts.models import User
from wmt.site.audit.record import record
from wmt.site.availability import change_requests
from wmt.site.availability.labels import day_words
from wmt.site.availability.validation import NOTES
from wmt.site.duties import access, labels, models, recipients, steps, taken_back, workdays
from wmt.site.duties.actor import DutyActor
from wmt.site.duties.due_dates import clock_on
from wmt.site.duties.judged import Undone
from wmt.site.duties.notices import Announcement, tell
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State

Kind = models.Request.Kind
#: What a request keeps of a place it left: names of people stay out.
_KEPT = ("team_code", "staff_code", "team_name", "pdu_code", "region_code")


def may_ask(user: User, unit: Unit, over_x100: int) -> bool:
    """Whether somebody may ask for relief of the workload of a post: their own, over the threshold today."""
    return access.is_own(user, unit) and is_over(unit.points_x100, unit.available_x100, over_x100)


def open_relief(team_code: str, staff_code: str) -> models.Request | None:
    """The request for relief of a post that waits for its answer."""
    return models.Request.objects.filter(
        kind=Kind.RELIEF, team_code=team_code, staff_code=staff_code, answered_on__isnull=True
    ).first()


def has_open_duty(unit: Unit) -> bool:
    """Whether an excessive workload action is open for a post."""
    found = models.Duty.objects.filter(closed_on__isnull=True)
    return found.filter(team_code=unit.team_code, staff_code=unit.staff_code).exists()


def answer_by(state: State) -> date:
    """The day by which what is asked today has to be answered."""
    return workdays.after(state.day, clock_on(state).answer_days)


def ask(*, asker: DutyActor, unit: Unit, said: str) -> models.Request:
    """A practitioner asks for relief, from the first day over. Raises Denied and RefusedError."""
    with transaction.atomic():
        if not access.is_own(asker.user, unit):
            raise access.NotTheirs(unit.code)
        found = models.Duty.objects.select_for_update().filter(closed_on__isnull=True)
        duty = found.filter(team_code=unit.team_code, staff_code=unit.staff_code).first()
        if duty is None and not may_ask(asker.user, unit, asker.state.over_x100):
            text = (
                f"Your workload is not over {asker.state.over_text} today, so you cannot ask for relief. "
                "You can raise a concern instead"
            )
            raise change_requests.RefusedError([change_requests.ChangeFault("NOT_OVER", text, "")])
        return _ask(asker, _about_unit(unit), duty, said)


def ask_on(*, asker: DutyActor, duty: models.Duty, said: str) -> models.Request:
    place = {
        name: getattr(duty, name)
        for name in ("team_code", "staff_code", "name", "team_name", "pdu_code", "region_code")
    }
    return _ask(asker, place, duty, said)


def _ask(asker: DutyActor, place: dict[str, str], duty: models.Duty | None, said: str) -> models.Request:
    _refuse_words(said, "Enter what would help you")
    standing = open_relief(place["team_code"], place["staff_code"])
    if standing is not None:
        text = f"You have already asked. An answer is due by {day_words(standing.answer_by)}"
        raise change_requests.ConflictError([change_requests.ChangeFault("CHANGED", text)])
    made = _made(asker, Kind.RELIEF, place, said, duty)
    if duty is not None:
        _to_story(asker, duty, models.Step.Kind.ASKED, {"answer_by": made.answer_by, "request": made.pk})
    return made


def raise_concern(*, asker: DutyActor, unit: Unit, said: str) -> models.Request:
    """Anybody signed in says what worries them about a post or a team. Raises RefusedError."""
    with transaction.atomic():
        _refuse_words(said, "Enter what you are concerned about")
        return _made(asker, Kind.CONCERN, _about_unit(unit), said, None)


def answer(*, asker: DutyActor, number: int, answer: str, said: str) -> models.Request:
    """The answer, once. Raises ConflictError where somebody has answered, RefusedError and Denied."""
    with transaction.atomic():
        found = models.Request.objects.select_for_update().filter(pk=number).first()
        if found is None or not access.may_read_request(asker.user, found, asker.state):
            raise access.UnknownRequest(f"there is no request {number}")
        access.need_answer(asker.user, found, asker.state)
        if not found.is_open:
            raise change_requests.ConflictError([_answered_already(found)])
        faults = _words_faults(said, "Enter your answer")
        if answer not in labels.ANSWERS:
            faults.append(change_requests.ChangeFault("ANSWER_UNKNOWN", "Choose an answer", "answer"))
        if faults:
            raise change_requests.RefusedError(faults)
        found.answered_on, found.answered_who = asker.state.day, asker.name[:160]
        found.answer, found.answer_words = answer, said.strip()
        found.placed_on = asker.state.as_at.date()  # its codes are those of these figures
        found.save()
        duties = models.Duty.objects.select_for_update().filter(requests=found)
        duty = duties.first()
        if duty:
            _to_story(asker, duty, models.Step.Kind.ANSWERED, {"answer": answer, "request": found.pk})
        _record(asker, found, "answered")
        told = f"Your {labels.REQUESTS[found.kind]} has been answered."
        tell([Announcement(found, "answer", told, askers(found, recipients.responsible(found)))])
        return found


def _answered_already(found: models.Request) -> change_requests.ChangeFault:
    on = day_words(found.answered_on) if found.answered_on else ""
    said = f"{found.answered_who} answered it on {on}: {labels.ANSWERS.get(found.answer, '')}"
    return change_requests.ChangeFault(
        "CHANGED", said, shown=[found.answer_words] if found.answer_words else ()
    )


def askers(request: models.Request, people: recipients.Responsible) -> list[User]:
    """Who waits for the answer: who asked, and of relief the practitioner."""
    asked_by = [request.asked_by] if request.asked_by is not None and request.asked_by.is_active else []
    return [*asked_by, *(people.person if request.kind == Kind.RELIEF else [])]


# ---- what becomes of them by itself ------------------------------------------------------------------------


def attach(duties: Sequence[models.Duty], day: date) -> None:
    """Requests that were asked before a duty opened belong to it from now on."""
    by_post = {(duty.team_code, duty.staff_code): duty for duty in duties if duty.is_open}
    waiting = models.Request.objects.filter(kind=Kind.RELIEF, answered_on__isnull=True)
    for found in waiting.filter(staff_code__in=[staff for _, staff in by_post]):
        duty = by_post.get((found.team_code, found.staff_code))
        if duty is None or found.duty_id == duty.pk:
            continue
        found.duty = duty
        found.save(update_fields=["duty"])
        data = {"answer_by": found.answer_by, "request": found.pk}
        steps.put(
            [
                steps.stepped(
                    duty, models.Step.Kind.ASKED, day, who=found.asked_who, user=found.asked_by, data=data
                )
            ]
        )


def follow(places: dict[tuple[str, str], dict[str, str]]) -> int:
    """Open requests follow their person to another post, as duties do; how many did.

    `places` gives the columns of the present post by the former team and staff code.
    """
    done = 0
    for found in models.Request.objects.filter(answered_on__isnull=True):
        place = places.get((found.team_code, found.staff_code))
        if place is None or all(getattr(found, name) == value for name, value in place.items()):
            continue
        if found.kind == Kind.RELIEF and _taken(found, place):
            continue
        _put(found, place, found.placed_on)
        done += 1
    return done


def take_back(
    followed: Mapping[str, str], there: Mapping[str, Mapping[str, str]] | None, undone: Undone
) -> int:
    """Requests, answered or not, that only withdrawn figures brought to another code go back; how many did.

    `followed` gives the present code of posts and teams by their former one, `there` the columns of those in
    the figures shown, None where there are none. One that was made under a code which only those figures had
    goes to the one post of its staff code.
    """
    one_post, done = taken_back.only_posts(there or ()), 0
    for found in models.Request.objects.select_for_update(of=("self",)):
        back = taken_back.moves_back(found.code, list(map(taken_back.code_of, found.moves)), followed, there)
        made_there = not undone.restored and found.asked_on >= undone.day and found.code not in (there or {})
        before = found.moves[-back] if back else {}
        code = (
            taken_back.code_of(before) if back else one_post.get(found.staff_code, "") if made_there else ""
        )
        place = (there or {}).get(code) or {name: before[name] for name in before if name != "placed_on"}
        if place and not (found.is_open and found.kind == Kind.RELIEF and _taken(found, place)):
            on = before["placed_on"] if back else f"{undone.day - timedelta(days=1)}"
            moves = found.moves[: len(found.moves) - back]
            _put(found, place, date.fromisoformat(on) if on else None, moves)
            done += 1
    return done


def _put(
    found: models.Request,
    place: Mapping[str, str],
    on: date | None,
    moves: list[dict[str, str | None]] | None = None,
) -> None:
    """Give a request the columns of another place. Unless told which moves stand, this is one more."""
    if moves is None:
        moves, before = found.moves, {name: getattr(found, name) for name in _KEPT}
        if taken_back.code_of(before) != taken_back.code_of(place):
            moves = [
                *moves,
                {**before, "placed_on": found.placed_on.isoformat() if found.placed_on else None},
            ]
    for name, value in {**place, "placed_on": on, "moves": moves}.items():
        setattr(found, name, value)
    found.save(update_fields=[*place, "placed_on", "moves"])


def follow_answered(links: Links, places: Mapping[str, dict[str, str]], day: date) -> int:
    """Answered requests follow their person too, so that both read them; how many did.

    `places` gives the columns of the present posts by their codes. A code is taken for what it was on the day
    of the answer, or of the last move: who had it before or has it later is somebody else.
    """
    left = {former for moves in links.moves("post").values() for _, former in moves}
    done = 0
    for found in models.Request.objects.filter(answered_on__isnull=False).exclude(staff_code=""):
        # answered by an earlier version: the figures of the day before were shown, or older ones
        since = found.placed_on or (found.answered_on and found.answered_on - timedelta(days=1))
        if found.code not in left or since is None:
            continue
        now = links.codes_until("post", found.code, since, max(since, day))[-1]
        if now == found.code or now not in places:
            continue
        _put(found, places[now], day)
        done += 1
    return done


def _taken(found: models.Request, place: Mapping[str, str]) -> bool:
    other = open_relief(place["team_code"], place["staff_code"])
    return other is not None and other.pk != found.pk


def turn(day: date) -> list[Announcement]:
    """What the day brings: each owner is told once, and the head of what is late. Saves what was notified."""
    waiting = list(models.Request.objects.select_for_update(of=("self",)).filter(answered_on__isnull=True))
    roles = recipients.Roles(waiting)
    told: list[Announcement] = []
    for found in waiting:
        people, before = roles.of(found), len(found.told)
        told += _assigned(found, people)
        key = f"late {found.answer_by.isoformat()}"
        if found.answer_by < day and key not in found.told:
            found.told.append(key)
            said = f"{what(found)}: an answer was due by {day_words(found.answer_by)}."
            hearers = [*people.owners, *people.other_heads]
            told.append(Announcement(found, "late", f"{said} {people.missing}".strip(), hearers))
            _record_late(found)
        if len(found.told) != before:
            found.save(update_fields=["told"])
    return told


def _record_late(found: models.Request) -> None:
    said = f"Request {found.pk} about {found.code}: the answer is late, and the head was notified."
    record("request", said, who=steps.CLOCK, level=found.level, code=found.code, after={"request": found.pk})


def _assigned(found: models.Request, people: recipients.Responsible) -> list[Announcement]:
    """Owners who have not been told yet, such as who became manager since."""
    fresh = [user for user in people.owners if f"owner {user.pk}" not in found.told]
    if not fresh:
        return []
    found.told += [f"owner {user.pk}" for user in fresh]
    said = f"{what(found)} is assigned to you. An answer is due by {day_words(found.answer_by)}."
    return [Announcement(found, found.kind, f"{said} {people.missing}".strip(), fresh)]


def what(found: models.Request) -> str:
    """What it is and about whom: 'A request for relief from A Name, Team'."""
    if found.kind == Kind.RELIEF:
        return f"A request for relief from {found.name}, {found.team_name}"
    about = f"{found.name}, {found.team_name}" if found.staff_code else found.team_name
    return f"A concern about {about}"


# ---- what they share ---------------------------------------------------------------------------------------


def _about_unit(unit: Unit) -> dict[str, str]:
    team = unit.code if unit.level == "team" else unit.team_code
    teams = Unit.objects.filter(load_id=unit.load_id, level="team", whole=True, code=team)
    name = unit.name if unit.level == "team" else teams.values_list("name", flat=True).first() or team
    return {
        "team_code": team, "staff_code": unit.staff_code if unit.level == "post" else "", "name": unit.name,
        "team_name": name, "pdu_code": unit.pdu_code, "region_code": unit.region_code,
    }  # fmt: skip


def _made(
    asker: DutyActor, kind: Kind, place: dict[str, str], said: str, duty: models.Duty | None
) -> models.Request:
    by = answer_by(asker.state)
    made = models.Request(
        kind=kind, **place, duty=duty, asked_by=asker.user, asked_who=asker.name[:160],
        asked_on=asker.state.day, words=said.strip(), answer_by=by,
    )  # fmt: skip
    people = recipients.responsible(made)
    told = _assigned(made, people)
    made.save()
    _record(asker, made, "raised")
    tell(told)
    return made


def _to_story(asker: DutyActor, duty: models.Duty, kind: models.Step.Kind, data: dict[str, object]) -> None:
    """The duty tells that it was asked or answered; the words are on the page of the request."""
    steps.put([steps.stepped(duty, kind, asker.state.day, who=asker.name, user=asker.user, data=data)])


def _record(asker: DutyActor, found: models.Request, done: str) -> None:
    # that it happened; what was said is for those who may read the request
    said = f"{asker.name}, request {found.pk} about {found.code}: {found.get_kind_display().lower()} {done}."
    record(
        "request", said, actor=asker.user, who=asker.name, level=found.level, code=found.code,
        after={"request": found.pk, "kind": found.kind, "done": done},
    )  # fmt: skip


def _words_faults(said: str, missing: str) -> list[change_requests.ChangeFault]:
    if len(said) > NOTES:
        return [change_requests.ChangeFault("TOO_LONG", f"It can have {NOTES:,} characters at most", "said")]
    return [] if said.strip() else [change_requests.ChangeFault("WORDS_MISSING", missing, "said")]


def _refuse_words(said: str, missing: str) -> None:
    if faults := _words_faults(said, missing):
        raise change_requests.RefusedError(faults)
