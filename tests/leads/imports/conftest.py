import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from leads.imports import imports, job
from leads.imports.imports import Terms
from leads.models import Import, Lists
from tests import factories

HEAD = "Id,First Name,Last Name,Email,Company,Title,Country,Created\n"
ANA = "a1,Ana,Lopez,ana@acme.example,Acme,VP Marketing,Spain,2024-03-12\n"
ZOE = "z1,Zoë,Müller,zoe@initech.example,Initech,Head of IT,Germany,2024-03-13\n"
NOBODY = ",Nobody,Known,,Globex,,,\n"


@pytest.fixture
def marketer(db: None) -> User:
    return factories.marketer()


@pytest.fixture
def begun(marketer: User) -> Callable[..., Import]:
    """An import of these lines, its lines and columns as guessed or told, checked."""

    def begun(
        text: str,
        name: str = "list.csv",
        *,
        lists: Lists | None = None,
        columns: list[str] | None = None,
        **terms: object,
    ) -> Import:
        one = imports.begin(marketer, name, io.BytesIO(text.encode()))
        if lists:
            one = imports.say(one, marketer, lists)
        held = {"day_first": one.day_first} | terms
        imports.choose(one, marketer, columns or one.columns, Terms(**held))
        job.drain()
        one.refresh_from_db()
        return one

    return begun


@pytest.fixture
def imported(begun: Callable[..., Import], marketer: User) -> Callable[..., Import]:
    def imported(text: str, **terms: object) -> Import:
        one = begun(text, **terms)
        imports.start(one, marketer)
        job.drain()
        one.refresh_from_db()
        return one

    return imported


@pytest.fixture
def undone(marketer: User) -> Callable[[Import], Import]:
    def undone(one: Import) -> Import:
        imports.undo(one, marketer)
        job.drain()
        one.refresh_from_db()
        return one

    return undone


def in_days(days: int):  # type: ignore[no-untyped-def]
    return timezone.now() + timedelta(days=days)
