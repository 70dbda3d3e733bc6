"""The application that gunicorn serves, made in each of the processes it divided into."""

import os
import sys
from typing import Any

from wmt.site.start import prepare


def application() -> Any:
    """What gunicorn serves: nothing of the site is read before it is called."""
    # PostgreSQL lets a change wait for somebody else's lock as long as SQLite does, and not until its process
    # is taken for stuck
    os.environ.setdefault("PGOPTIONS", "-c lock_timeout=20s")
    prepare()

    from django.urls import get_resolver

    from wmt.site.health import HealthFirst
    from wmt.site.serving.admission import Admission
    from wmt.site.serving.overloaded import Busy
    from wmt.site.serving.warm_up import warm_up
    from wmt.site.serving.watchdog import watch
    from wmt.site.wsgi import application as served

    assert get_resolver().url_patterns  # every view is imported: a fault there stops the start, not a page
    # a thread that has waited for the database or the network gets its turn after half a thousandth of a
    # second, not after five: each request takes several such turns
    sys.setswitchinterval(0.000_5)
    admission = Admission(served, busy=Busy())
    watch(admission)
    warm_up()
    return HealthFirst(admission)
