"""What may be said of an error anywhere: its kind and codes, never its text, which may quote."""

import errno


def name_of(error: BaseException) -> str:
    """`OperationalError 57014`, `ConnectionRefusedError ECONNREFUSED`, `KeyError`."""
    code = sqlstate_of(error) or errno_of(error)
    return f"{type(error).__name__} {code}" if code else type(error).__name__


def sqlstate_of(error: BaseException) -> str | None:
    """The five signs PostgreSQL gave this error, also where Django wrapped it."""
    for one in (error, error.__cause__):
        code = getattr(one, "pgcode", None)
        if isinstance(code, str):
            return code
    return None


def errno_of(error: BaseException) -> str | None:
    """The name of the system's error, as ENOSPC."""
    number = getattr(error, "errno", None)
    return errno.errorcode.get(number) if isinstance(number, int) else None
