"""The key that a page's button sends, so that what is sent twice is done once."""

import uuid

from django.http import HttpRequest

#: So many characters has a record's key at most.
_MOST = 64


def sent_key(request: HttpRequest) -> str:
    """The key that was sent, without what no database keeps; a new one where none was."""
    return request.POST.get("key", "").replace("\0", "")[:_MOST] or uuid.uuid4().hex
