"""The site's settings for tests: a home of their own, and with WMT_TEST_DATABASE=postgres a real PostgreSQL.

The server is started once, by the process that was started first; its workers inherit the address.
"""

import atexit
import os
import tempfile
from contextlib import ExitStack

if "WMT_HOME" not in os.environ or "PYTEST_XDIST_WORKER" in os.environ:
    os.environ["WMT_HOME"] = tempfile.mkdtemp(prefix="wmt-test-")
os.environ.setdefault("WMT_SECRET_KEY", "a key for tests")
os.environ.setdefault("WMT_TODAY", "extract")  # the nation of the tests lives on its own day
if os.environ.get("WMT_TEST_DATABASE") == "postgres" and "WMT_DATABASE_URL" not in os.environ:
    import psycopg
    from bench.engines import postgres_address

    _running = ExitStack()
    os.environ["WMT_DATABASE_URL"] = _running.enter_context(postgres_address())
    atexit.register(_running.close)
    with psycopg.connect(os.environ["WMT_DATABASE_URL"], autocommit=True) as _server:
        # tests kill processes of wmt, never the server: it need not wait for the disk
        for _waits in ("fsync", "synchronous_commit", "full_page_writes"):
            _server.execute(f"ALTER SYSTEM SET {_waits} = off")
        _server.execute("SELECT pg_reload_conf()")

from wmt.site.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}  # noqa: F405
# nobody gathers files for these tests; what `wmt serve` gathers beside them comes and goes
STATIC_ROOT = tempfile.mkdtemp(prefix="wmt-static-")
READ_APART = False  # a process of its own for every small extract takes longer than reading it
