"""Before somebody is asked to move cases: whether their PDU has anywhere to move them to."""

from wmt.plan.full_state import FullState
from wmt.site.links import unit_url
from wmt.site.queries.full import states_of
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State


def room_to_move(state: State, team: str) -> list[tuple[str, str]]:
    """A sentence on the room in the PDU of a team, with the address that says more; none where it is gone."""
    rows = Unit.objects.filter(load_id=state.load_id, whole=True)
    found = rows.filter(level="team", code=team).first()
    pdu = found and rows.filter(level="pdu", code=found.pdu_code).first()
    if not pdu:
        return []
    said = sentence(pdu.name, states_of(state, [pdu])[pdu.code])
    return [(said, unit_url("pdu", pdu.code, "full"))] if said else []


def sentence(name: str, state: FullState) -> str:
    """What a PDU could take in all, or that it has no room; empty where its tiers have no points."""
    if not state.kinds:
        return ""
    roomy = [f"{each.best.cases:,} {each.kind}" for each in state.kinds if not each.best.is_full]
    if roomy:
        kinds = " or ".join(roomy)
        return f"If cases were shared in the best way, {name} could take {kinds} average cases in all"
    ceiling = state.rules.ceiling_x100 // 100
    said = f"{name} has no room: one more average case takes it over {ceiling}% however cases are shared"
    return f"{said}. See what would free some"
