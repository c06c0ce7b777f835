"""Settings of the machine that are numbers, and what is said when one is wrong.

Standard library only: the supervisor and gunicorn's settings read them before Django is there.
"""

import os


class WrongSetting(SystemExit):
    """Ends whatever process reads its settings, with one sentence instead of a traceback."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)


def whole_number(name: str, default: int, *, least: int = 0, most: int = 1_000_000) -> int:
    """The whole number in this variable of the environment. Raises WrongSetting."""
    text = os.environ.get(name, "").strip() or str(default)
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise WrongSetting(f"{name} must be a whole number, not {text!r}.")
    if not least <= int(text) <= most:
        raise WrongSetting(f"{name} must be between {least} and {most}, not {text}.")
    return int(text)


def web_processes() -> int:
    return whole_number("WEB_CONCURRENCY", 2, least=1, most=1000)


def port() -> int:
    return whole_number("PORT", 8000, least=1, most=65_535)


def host() -> str:
    return os.environ.get("HOST", "127.0.0.1").strip("[]")


def netloc(host: str, port: int) -> str:
    """Host and port as an address has them, an IPv6 one in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
