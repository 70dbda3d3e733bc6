"""Archives: a zip is looked at with suspicion before anything in it is believed."""

import copy
import io
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath

from wmt.intake.faults import ReadingStopped
from wmt.intake.limits import MIB, current

MOST_MEMBERS = 5000
BLOCK = 8 * MIB

ENCRYPTED = 0x1


def open_zip(data: bytes, name: str) -> zipfile.ZipFile:
    """The archive in `data`, its list of members checked. Refuses what is damaged, locked or unsafe."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise ReadingStopped(
            "DAMAGED_FILE", f"{name} is cut short or damaged: its list of contents cannot be read"
        ) from error
    members = archive.infolist()
    for member in members:
        path = PurePosixPath(member.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in member.filename:
            raise ReadingStopped("UNSAFE_ARCHIVE", f"{name} holds a member that points outside of it")
        if member.flag_bits & ENCRYPTED:
            raise ReadingStopped("PROTECTED_FILE", f"{name} is protected by a password")
        most = current().part_mib
        if member.file_size > most * MIB:
            raise ReadingStopped("TOO_LARGE", f"a part of {name} would unpack to more than {most:,} MiB")
    if len({member.filename for member in members}) < len(members):
        raise ReadingStopped("UNSAFE_ARCHIVE", f"{name} holds two members of one name")
    if len(members) > MOST_MEMBERS:
        raise ReadingStopped("TOO_LARGE", f"{name} holds more than {MOST_MEMBERS:,} members")
    limits = current()
    limits.check_bytes(name, sum(member.file_size for member in members))
    for member in members:
        limits.check_ratio(name, member.compress_size, member.file_size)
    return archive


def blocks(archive: zipfile.ZipFile, member: str, name: str) -> Iterator[bytes]:
    """The bytes of a member in blocks, its checksum and declared size proved at the end."""
    info = archive.getinfo(member)
    probe = copy.copy(info)
    probe.file_size = info.file_size + BLOCK  # so that a member larger than it declares is noticed, not cut
    total = 0
    try:
        with archive.open(probe) as stream:
            while block := stream.read(BLOCK):
                total += len(block)
                yield block
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        NotImplementedError,
        RuntimeError,
        ValueError,
    ) as error:
        raise ReadingStopped(
            "DAMAGED_FILE", f"{name} is damaged: its part {member} cannot be unpacked"
        ) from error
    if total != info.file_size:
        raise ReadingStopped(
            "DAMAGED_FILE", f"{name} is damaged: its part {member} is not as long as it declares"
        )


def content(archive: zipfile.ZipFile, member: str, name: str) -> bytes:
    """All bytes of a member, proved as `blocks` does."""
    return b"".join(blocks(archive, member, name))


def prove(archive: zipfile.ZipFile, members: list[str], name: str) -> None:
    """Unpack members and throw them away: a damaged part is refused although nobody reads it here."""
    for member in members:
        for _ in blocks(archive, member, name):
            pass
