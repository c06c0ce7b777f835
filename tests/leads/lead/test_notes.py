"""A note stands on the timeline as it was typed, with who wrote it."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from leads.lead import notes
from leads.models import Note
from tests import factories
from tests.leads.conftest import HTMX

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]
TWO_LINES = "Asks for SAP.\nCall after four."


def test_a_note_stands_on_the_timeline_with_its_lines_and_its_author(
    as_user: As, rep: User
) -> None:
    lead = factories.claimed(rep).lead

    answer = as_user(rep).post(f"/leads/{lead.pk}/note", {"text": TWO_LINES.replace("\n", "\r\n")})
    page = as_user(factories.marketer()).get(f"/leads/{lead.pk}").content.decode()

    assert answer["Location"] == f"/leads/{lead.pk}"
    assert Note.objects.get().text == TWO_LINES
    assert f"<b>{rep}</b> noted" in page
    assert f'<p class="note" dir="auto">“{TWO_LINES}”</p>' in page


def test_a_note_is_of_the_side_of_its_author(as_user: As, rep: User) -> None:
    lead = factories.claimed(rep).lead
    notes.write(lead, rep, text="From sales")
    notes.write(lead, factories.marketer(), text="From marketing")
    client = as_user(rep)

    def told(show: str) -> list[bool]:
        html = client.get(f"/leads/{lead.pk}?show={show}").content.decode()
        return ["From sales" in html, "From marketing" in html]

    assert [told(""), told("sales"), told("marketing")] == [
        [True, True],
        [True, False],
        [False, True],
    ]


def test_nothing_is_no_note(as_user: As, rep: User) -> None:
    lead = factories.claimed(rep).lead

    answer = as_user(rep).post(f"/leads/{lead.pk}/note", {"text": " \n "}, headers=HTMX)

    assert answer.status_code == 422
    assert b"Write something first." in answer.content
    with pytest.raises(notes.NoteRefused):
        notes.write(lead, rep, text="  ")
    assert not Note.objects.exists()


def test_what_is_typed_is_text_and_no_markup(as_user: As, rep: User) -> None:
    lead = factories.claimed(rep).lead
    notes.write(lead, rep, text="<script>alert(1)</script>")

    assert b"<script>alert" not in as_user(rep).get(f"/leads/{lead.pk}").content
