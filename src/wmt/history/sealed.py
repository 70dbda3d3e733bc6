"""JSON files that begin with the checksum of the rest: no byte of one can change without being noticed."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def sealed(content: Mapping[str, Any]) -> bytes:
    """The file of some content, which must not be empty: the same bytes for the same content."""
    return _with_checksum(json.dumps(content, separators=(",", ":"), sort_keys=True).encode())


def read_sealed(path: Path, former: bytes) -> Any:
    """What such a file holds. Raises ValueError where it was changed.

    `former` is how a file begins that an earlier version of this program wrote, which had no checksum.
    """
    content = path.read_bytes()
    rest = b"{" + content[len(_with_checksum(b"{")) :]
    if content != _with_checksum(rest) and not content.startswith(former):
        raise ValueError(f"{path} is not as it was written")
    return json.loads(content)


def _with_checksum(rest: bytes) -> bytes:
    return f'{{"checksum":"{hashlib.sha256(rest).hexdigest()}",'.encode() + rest[1:]
