"""Uploads no larger than this installation takes."""

import errno
from collections.abc import Callable

from django.core.files.uploadhandler import FileUploadHandler, StopUpload, TemporaryFileUploadHandler
from django.http import HttpRequest, HttpResponse


class Limited(FileUploadHandler):
    """Lets no more through than this installation takes in one upload; the rest is thrown away unread."""

    def __init__(self, request: HttpRequest, limit: int) -> None:
        super().__init__(request)
        self.left, self.is_over = limit, False

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:  # noqa: ARG002
        """The same bytes, as long as there is room."""
        self.left -= len(raw_data)
        if self.left < 0:
            self.is_over = True
            raise StopUpload(connection_reset=False)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Nothing: the next handler keeps the file."""


def limited(
    request: HttpRequest,
    megabytes: int,
    received: Callable[[HttpRequest, Limited], HttpResponse],
    not_kept: Callable[[str], HttpResponse],
) -> HttpResponse:
    """The answer of a view, which checks the token and reads the body; or, of a full disk, of `not_kept`."""
    handler = Limited(request, megabytes * 1_000_000)
    request.upload_handlers = [handler, TemporaryFileUploadHandler(request)]
    try:
        return received(request, handler)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        # while the body was read, before there was a form to say so
        for each in request.upload_handlers:
            each.upload_interrupted()
        return not_kept(full_disk_words(error))


def full_disk_words(error: OSError) -> str:
    """Why the files that were sent could not be kept, and what to do."""
    return (
        f"The files could not be kept on the server ({error.strerror}). Nothing was changed. "
        "Ask support to check whether the disk is full"
    )
