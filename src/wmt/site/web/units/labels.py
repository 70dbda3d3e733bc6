"""Lines in the words of the field: what a line is, and the way to the rule that priced it."""

from django.urls import reverse
from django.utils.http import urlencode

from wmt import ledger
from wmt.site.workload.models import Pricing, Unit

_PLACES = {"community": "Community", "licence": "Licence", "custody": "Custody", "unknown": "Unknown type"}
_REPORTS = {
    "sdr": "Standard delivery report (SDR)",
    "fdr": "Fast delivery report (FDR)",
    "oral": "Oral report",
    "sdr_due": "SDR due in the next 30 days",
    "parom": "Parole report (PAROM)",
}
WEIGHTINGS = {"unpaid_work": "Weighting of unpaid work", "iom": "Weighting of IOM"}
PARTS = {
    "community": "Community cases",
    "licence": "Licence cases",
    "custody": "Custody cases",
    "t2a": "T2A cases",
    "reports": "Reports",
    "contacts": "Case management support (CMS)",
    "contracted_hours": "Contracted hours",
    "reduction": "Reductions",
}


def inside(words: str) -> str:
    """Words of a heading within a sentence: a small letter first, but for a name."""
    return words if words.startswith("OMiC") else words[:1].lower() + words[1:]


def in_stream(unit: Unit) -> str:
    """A unit's name, with the stream where its part in another than sentence management is shown."""
    apart = unit.level != "post" and unit.stream not in ("", ledger.HEADLINE)
    return f"{unit.name} ({inside(ledger.STREAM_NAMES[unit.stream])})" if apart else unit.name


def what(pricing: Pricing) -> str:
    """What a line is: 'Community A3', 'Support given: CMS47', 'Contracted hours'."""
    match pricing.kind:
        case "case":
            return _case(pricing)
        case "omic_licence":
            return f"OMiC case, if on licence: {_tier(pricing)}"
        case "unpaid_only":
            return f"Unpaid work only: {_case(pricing)}"
        case "unpaid_work" | "iom":
            return f"{WEIGHTINGS[pricing.kind]}: {_case(pricing)}"
        case "report":
            return report_name(pricing)
        case "contact":
            side = contact_side(pricing) if pricing.each_x100 else "CMS contact with no points"
            return f"{side}: {contact_code(pricing)}"
    return PARTS.get(pricing.kind, pricing.kind)


def place(pricing: Pricing) -> str:
    """The case type in words."""
    return _PLACES.get(pricing.location, pricing.location)


def _case(pricing: Pricing) -> str:
    stream = {"t2a": "T2A ", "omic": "OMiC "}.get(pricing.stream, "")
    return f"{stream}{place(pricing)} {_tier(pricing)}"


def _tier(pricing: Pricing) -> str:
    tier = "untiered" if pricing.tier == "0" else pricing.tier
    return f"{tier}, suspended" if pricing.suspended else tier


def report_name(pricing: Pricing) -> str:
    name = pricing.rule.rpartition(".")[2]
    return _REPORTS.get(name, name.replace("_", " ").capitalize())


GIVEN, RECEIVED, EITHER = "Support given", "Support received", "No points on either side"


def contact_side(pricing: Pricing) -> str:
    """Who helped: whose case it was loses the points, who did it gains them. Of no points nobody can say."""
    if not pricing.each_x100:
        return EITHER
    return RECEIVED if pricing.each_x100 < 0 else GIVEN


def contact_code(pricing: Pricing) -> str:
    """The contact code of a line that is inside the days that count."""
    table, _, code = pricing.rule.rpartition(".")
    return code if table == "cms_points" else "expired"


#: Reasons of the ledger, which are stable for programs, in the words of the pages.
_REASONS = {
    ledger.LineReason.OMIC: "OMiC (not in these figures)",
    ledger.LineReason.FILTERED: "not active, nDelius gives no reason",
    ledger.LineReason.DIFFERENCE: "counted by nDelius but not listed",
    ledger.LineReason.ZERO_TIER: "0 points for this tier and type",
    ledger.LineReason.NO_WEIGHTS: "no points published for this tier scheme",
    ledger.LineReason.SHOWN_ONLY: "for information, 0 points",
    ledger.LineReason.INSIDE_TIER: "included in the case’s tier points",
    ledger.LineReason.OUTSIDE_WINDOW: "expired",
    ledger.LineReason.AHEAD: "dated after the data",
    ledger.LineReason.ZERO_CODE: "0 points for this contact",
    ledger.LineReason.ASSUMED_HOURS: "default for grade (not confirmed)",
    ledger.LineReason.CUT: "limited to the contracted hours",
}


def reason(said: str) -> str:
    """Why a line earns nothing, or needs a look, in the words of the pages."""
    return _REASONS.get(said, said)  # type: ignore[call-overload, no-any-return]


def upper_first(said: str) -> str:
    """Words as they begin a heading: 'OMiC', 'T2A' and 'nDelius' stay as they are."""
    return said if said.startswith("nDelius") else said[:1].upper() + said[1:]


def part(pricing: Pricing) -> str:
    """Which part of the figure a line belongs to: a component of the points, or a kind of time."""
    return pricing.component or pricing.kind


def rule_href(path: str, back: str) -> str:
    """The page of a rule, with the way back to the figure it priced."""
    return f"{reverse('rule', args=[path])}?{urlencode({'back': back})}"


#: How a value is known, in words for whoever reads the page.
STATUS_WORDS = {
    "published": "published",
    "open code": "from the open HMPPS code; the live value may differ",
    "carried forward": "carried forward from an earlier source",
    "worked out": "worked out from published figures",
    "default": "chosen here; set your own",
    "rule": "follows from another rule",
    "secondary": "from a secondary source; check before use",
    "overlay": "changed locally for this load",
    "approved": "proposed and approved here",
}

_RULES = {
    "tier_points": "Tier points",
    "t2a_points": "T2A points",
    "case_weighting": "Case status",
    "omic_weighting": "OMiC cases outside custody",
    "report_points": "Report points",
    "report_window_days": "Days a report counts",
    "cms_points": "CMS points",
    "cms_window_days": "Days a contact counts",
    "nominal_target": "Nominal target",
}


_OWN = {"iom": "IOM"}


def rule_name(path: str) -> str:
    """A rule in few words: its table, and its own place in it. The page it leads to says the rest."""
    table, *rest = path.split(".")
    own = [_OWN.get(part, part.replace("_", " ")) for part in rest if not part.startswith("pc")]
    title = _RULES.get(table, table.replace("_", " ").capitalize())
    return f"{title}: {' '.join(own)}" if own else title


def hours_a_month(path: str, values: dict[str, str | None]) -> str:
    """The published hours in a four-week month of one such case, where there are any."""
    table, _, rest = path.partition(".")
    return (values.get(f"monthly_hours.{rest}") or "") if table == "tier_points" else ""
