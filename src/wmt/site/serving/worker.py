"""The process for jobs: `python -m wmt.site.serving.worker`, started by `wmt serve`.

It does what pages ask for, one after another, and looks every few seconds for jobs whose process was killed.
"""

import logging
import sys
import threading
from collections.abc import Sequence

#: So often it looks for jobs without a process, in seconds.
LOOKS_EVERY = 20.0
log = logging.getLogger(__name__)


def main(options: Sequence[str] = ()) -> None:
    """Work until somebody stops it. `options` are those of the command `db_worker`."""
    from wmt.site.start import prepare

    prepare()
    from django.core.management import call_command

    from wmt.site.loads.recovery import at_work

    with at_work() as name:
        look_after()
        threading.Thread(target=_look_after_often, daemon=True, name="look after jobs").start()
        call_command("db_worker", *options, "--worker-id", name)


def look_after() -> None:
    """What nobody else looks after. Whatever goes wrong, such as a busy database, is tried again."""
    from django.db import close_old_connections

    from wmt.site.domain_events import jobs as event_jobs
    from wmt.site.loads import jobs
    from wmt.site.outbox.jobs import look_after as send_what_is_due
    from wmt.site.queries import resharing_job
    from wmt.site.web.files import making

    close_old_connections()
    try:
        jobs.look_after()
        making.look_after()
        resharing_job.look_after()
        send_what_is_due()
        event_jobs.look_after()
    except Exception:
        log.exception("jobs whose process was killed could not be looked after; it is tried again")


def _look_after_often() -> None:
    waiting = threading.Event()
    while not waiting.wait(LOOKS_EVERY):
        look_after()


if __name__ == "__main__":
    main(sys.argv[1:])
