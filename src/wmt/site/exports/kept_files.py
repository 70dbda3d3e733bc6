"""The files themselves: a folder of the home, one file for each export that is done, read by nobody else.

A file is written beside its place and moved into it when it is whole. Files are kept for some days.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.utils import timezone

from wmt.private_files import make_private_folder
from wmt.site.accounts.access import grants_of
from wmt.site.audit.models import AuditEvent
from wmt.site.exports.models import Export
from wmt.site.policies import policies
from wmt.site.workload.state import State

#: Kinds of audit events that change nothing anybody could ask for.
_READS = ("export", "denied", "sign-in", "sign-out", "sign-in refused", "token", "read")
#: What a killed process left behind is removed after so long.
_LEFT_BEHIND = timedelta(hours=1)


def figures_of(state: State | None, besides: tuple[str, ...] = ()) -> str:
    """What tells this state of figures, and of all that people entered, from every other; `besides` are
    kinds of audit events that make no difference."""
    changes = AuditEvent.objects.exclude(kind__in=(*_READS, *besides)).order_by("-pk")
    last = changes.values_list("pk", flat=True).first()
    of_state = (*state.of_load, state.revision, state.day) if state else ()
    return _digest(last, *of_state)


def rights_of(user: Any) -> str:
    """What tells what a person may read now from all else they might: roles in force, settings, policies."""
    held = sorted((grant.role, grant.level, grant.code) for grant in grants_of(user))
    return _digest(user.staff_code, settings.CONFIG.read_scope, policies().key, *held)


def _digest(*facts: object) -> str:
    return sha256(repr(facts).encode()).hexdigest()


def limit(name: str) -> int:
    """A policy of this room, a whole number."""
    return policies()[f"exports.{name}"].whole


@contextmanager
def writing(export: Export) -> Iterator[IO[bytes]]:
    """A file to write an export to. It takes its place at the end; of a fault nothing is left.

    Raises OSError where the disk does not take it.
    """
    folder = _folder()
    make_private_folder(folder)
    part = folder / f"{export.key}.part"
    try:
        descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(descriptor, "w+b") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        part.replace(path_of(export))
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def path_of(export: Export) -> Path:
    return _folder() / f"{export.key}.{export.kind}"


def discard(export: Export) -> None:
    path_of(export).unlink(missing_ok=True)
    export.delete()


def discard_all() -> None:
    """Remove every export: the files hold what is to be forgotten."""
    for export in Export.objects.all():
        discard(export)
    for path in _files():
        path.unlink(missing_ok=True)


def sweep() -> None:
    """Remove exports whose time is over, and files that belong to none."""
    now = timezone.now()
    for export in Export.objects.filter(expires_at__lt=now):
        discard(export)
    keys = set(Export.objects.values_list("key", flat=True))
    for path in _files():
        if path.stem not in keys and now.timestamp() - path.stat().st_mtime > _LEFT_BEHIND.total_seconds():
            path.unlink(missing_ok=True)


def _files() -> list[Path]:
    return list(_folder().iterdir()) if _folder().is_dir() else []


def _folder() -> Path:
    folder: Path = settings.CONFIG.home / "exports"
    return folder
