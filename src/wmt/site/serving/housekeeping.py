"""What has to be done beside answering: `wmt serve` starts this as a process of its own.

python -m wmt.site.serving.housekeeping turn    turns the figures to today, and removes what is due to go
python -m wmt.site.serving.housekeeping start   the same, and brings the history up to date
"""

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str]) -> int:
    """The exit code: 1 where the database fails. What stops it in the middle leaves nothing half done."""
    from django.db import Error

    from wmt.site import start

    start.prepare()
    from wmt.site import retention
    from wmt.site.changes import recalculate
    from wmt.site.rule_proposals.in_force import approved_rules
    from wmt.site.web.availability.upload_kept import forget_old

    try:
        if recalculate.turn_is_due():
            with approved_rules():
                recalculate.turn_day()
        retention.apply()
        forget_old()
        if "start" in arguments:
            start.update_history()
    except Error as error:
        sys.stderr.write(f"{start.database_words(error)}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
