"""Uploads no larger than this installation takes."""

from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest


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
