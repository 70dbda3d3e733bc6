"""A mail server for tests: it does to an email what the name before the @ says, and keeps what it took."""

import os
import signal
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_string
from email.message import Message as Email
from typing import Any

import pytest

#: What it says to an address before it took the email. Any other is taken.
ANSWERS = {"refused": "550 no such person", "later": "451 try again later"}


@dataclass
class MailServer:
    """`refused` and `later` are answered so; `drop` hangs up, `hang` is never answered; `die` and `perish`
    kill the process that first sends it: before the email is taken, and after, before that is answered."""

    port: int = 0
    sender: int = 0  # the process that is killed
    took: list[tuple[str, Email]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def addresses(self) -> list[str]:
        return [address for address, _ in self.took]

    def kills(self) -> None:
        os.kill(self.sender, signal.SIGKILL)

    def answers(self, heard: Any, say: Any) -> None:
        """One connection, to its end."""
        say("220 here")
        to = data = ""
        for line in heard:
            words = line.decode().strip()
            command = words[:4].upper()
            if command == "RCPT":
                to = words.partition("<")[2].partition(">")[0]
                self.asked.append(to)
                what = to.partition("@")[0]
                if what == "hang":
                    self.over.wait(5)
                    return
                if what == "die" and self.asked.count(to) == 1:
                    self.kills()
                    return
                say(ANSWERS.get(what, "250 yes"))
            elif command == "DATA":
                if to.startswith("drop@"):
                    return
                say("354 go on")
                data = "".join(iter(lambda: heard.readline().decode(), ".\r\n"))
                self.took.append((to, message_from_string(data)))
                if to.startswith("perish@") and self.asked.count(to) == 1:
                    self.kills()
                    return
                say("250 taken")
            elif command == "QUIT":
                say("221 bye")
                return
            else:
                say("250 yes")


@contextmanager
def listening() -> Iterator[MailServer]:
    found = MailServer()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            found.answers(self.rfile, lambda words: self.wfile.write(f"{words}\r\n".encode()))

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        found.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield found
        found.over.set()
        server.shutdown()


@pytest.fixture
def mail_server(settings: Any) -> Iterator[MailServer]:
    """The same, as the mail server of this site."""
    with listening() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_HOST_USER = ""
        settings.EMAIL_TIMEOUT = 0.3
        yield server
