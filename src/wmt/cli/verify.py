"""`wmt verify-live`: the figures shown must be what everything worked out anew gives."""

from wmt.cli import console
from wmt.cli.files import print_json
from wmt.cli.options import Json
from wmt.cli.site_start import set_up
from wmt.text import counted

#: Of more differences the number is said.
_SHOWN = 20


def verify_live(json: Json = False) -> int:
    """Recalculate the figures shown, from their data and what people entered, and compare every row."""
    set_up()
    from wmt.nights import NightError
    from wmt.site.changes.reconcile import differences
    from wmt.site.workload.state import NoDataYet, current_state

    try:
        state = current_state()
        found = differences(state)
    except NoDataYet:
        raise console.Failure("no figures are shown yet: load an extract first") from None
    except NightError as error:
        raise console.Failure(str(error)) from None
    if json:
        print_json({"same": not found, "day": state.day, "change": state.revision, "differences": found})
    elif not found:
        console.out.print(
            f"The figures of {state.as_at_text}, on {state.day:%-d %B %Y}: every row is the same again"
        )
    else:
        for row in found[:_SHOWN]:
            console.complain(row)
        console.complain(
            f"{counted(len(found), 'row differs', 'rows differ')}. "
            f"Show the data again: wmt show-night {state.night}"
        )
    return 1 if found else 0
