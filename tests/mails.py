"""What the worker would send, sent now; and a mail server that says what a test wants."""

import re
import socket
import threading
from contextlib import suppress

from django.core import mail

from accounts.mails import sending


def delivered():
    """Every mail that was sent, those that waited for a worker too."""
    sending.drain()
    return mail.outbox


def link_sent() -> str:
    """The path of the link to a new password in the first mail."""
    return re.search(r"https?://[^/]+(/account/password/reset/key/\S+)", delivered()[0].body)[1]


class MailServer:
    """Speaks just enough SMTP; `says` are its answers to words other than 250 OK.

    silent: it takes the connection and says nothing. `data` are the mails it took, as text.
    """

    def __init__(self, *, says=None, silent=False):
        self.says, self.silent, self.data = says or {}, silent, []
        self.recipients = []
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.calls = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        with suppress(OSError):
            while True:
                call, _ = self.listening.accept()
                self.calls += 1
                threading.Thread(target=self._speak, args=[call], daemon=True).start()

    def _speak(self, call):
        with suppress(OSError, ValueError), call, call.makefile("rwb") as file:
            if self.silent:
                file.read()
                return
            self._say(file, self.says.get("HELLO", "220 ready"))
            for line in file:
                word = line[:4].decode().strip().upper()
                if word == "DATA" and "DATA" not in self.says:
                    self._say(file, "354 go on")
                    self.data.append(b"".join(iter(file.readline, b".\r\n")).decode())
                    self._say(file, "250 taken")
                elif word == "QUIT":
                    self._say(file, "221 bye")
                    return
                else:
                    self.recipients += re.findall(r"(?i)rcpt to:<(.+?)>", line.decode())
                    self._say(file, self.says.get(word, "250 OK"))

    def _say(self, file, text):
        file.write(f"{text}\r\n".encode())
        file.flush()

    def close(self):
        self.listening.close()
