"""Criteria as YAML: what is exported comes back unchanged, and mistakes are named by their path."""

import sys
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from accounts.roles import Role
from funnel.models import CriteriaVersion, VersionState
from funnel.rulebook.saving import prepared
from funnel.text_form import reading, writing
from funnel.versions import current, editing, signing

pytestmark = pytest.mark.django_db


def manager(role: Role) -> User:
    return User.objects.create(email=f"{role}@fern.example", name=str(role), roles=[role])


def exported(**options: int) -> str:
    out = StringIO()
    call_command("export_criteria", stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "criteria.yaml"
    path.write_text(exported(), encoding="utf-8")
    return path


def test_an_export_loads_as_exactly_the_content_that_was_signed() -> None:
    live = current.live()

    content, note = reading.load(writing.export(live))

    assert editing.content_hash(prepared(content)) == live.content_hash
    assert note == live.note


def test_definitions_read_in_the_order_a_lead_climbs_them() -> None:
    text = exported()

    assert text.index("\n  lead:") < text.index("\n  mql:") < text.index("\n  sql:")
    assert "factors" not in text


def test_an_import_becomes_the_draft(file: Path) -> None:
    call_command("import_criteria", str(file), stdout=StringIO())

    draft = CriteriaVersion.objects.get(state=VersionState.DRAFT)
    assert (draft.number, draft.content_hash) == (2, current.live().content_hash)
    assert draft.based_on == current.live()


def test_conditions_written_without_ids_are_saved_with_them(file: Path) -> None:
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(line for line in lines if not line.strip().startswith("id: sql")))

    call_command("import_criteria", str(file), stdout=StringIO())

    draft = CriteriaVersion.objects.get(state=VersionState.DRAFT)
    condition = draft.content["definitions"]["sql"]["condition"]
    assert condition["id"] == "c1"
    assert len({item["id"] for item in condition["all"]}) == 3


def test_an_import_can_be_proposed_and_signed_by_both_sides(file: Path) -> None:
    people = [manager(Role.MARKETING_MANAGER), manager(Role.SALES_MANAGER)]

    call_command(
        "import_criteria",
        str(file),
        sign_as=[person.email for person in people],
        stdout=StringIO(),
    )

    version = CriteriaVersion.objects.get(number=2)
    assert version.state == VersionState.PROPOSED
    assert {s.signed_by for s in signing.valid_signatures(version)} == set(people)


def test_a_refused_signature_leaves_no_draft_behind(file: Path) -> None:
    rep = User.objects.create(email="rep@fern.example", name="Rep", roles=[Role.SALES])

    with pytest.raises(CommandError, match="rep@fern.example is no manager of a department"):
        call_command("import_criteria", str(file), sign_as=[rep.email], stdout=StringIO())

    assert CriteriaVersion.objects.count() == 1


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("fact: job_title", "fact: shoe_size", "rules.0.when.fact: There is no fact “shoe_size”."),
        ("label: Decides or signs", "lable: Decides", "rules.0.lable: There is no key “lable”"),
        ("caps:", "kaps:", "kaps: There is no key “kaps” here."),
        ("kind: half_life", "kind: quickly", "rules.6.ageing.kind: Ageing is linear or half_life"),
    ],
)
def test_a_mistake_is_named_by_its_path(file: Path, old: str, new: str, message: str) -> None:
    file.write_text(file.read_text().replace(old, new, 1))

    with pytest.raises(CommandError, match=message.replace(".", r"\.")):
        call_command("import_criteria", str(file))

    assert CriteriaVersion.objects.count() == 1


def test_an_unknown_version_is_said_so() -> None:
    with pytest.raises(CommandError, match="There is no version 9"):
        call_command("export_criteria", number=9)


def test_a_file_that_is_no_text_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "criteria.yaml"
    path.write_bytes(b"note: ok\nlabel: \xff\n")

    with pytest.raises(CommandError, match="line 2 is not UTF-8"):
        call_command("import_criteria", str(path))


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file or directory"):
        call_command("import_criteria", str(tmp_path / "none.yaml"))


def test_a_giant_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "criteria.yaml"
    with path.open("wb") as file:
        file.truncate(10**11)  # takes no room, were it not read

    with pytest.raises(CommandError, match="is larger than 1,600,000 bytes"):
        call_command("import_criteria", str(path))


def test_a_file_of_windows_and_its_comments_are_read_over(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    file.write_bytes(f"\ufeff# ours\n{text}".replace("\n", "\r\n").encode())
    said = StringIO()

    call_command("import_criteria", str(file), stdout=StringIO(), stderr=said)

    draft = CriteriaVersion.objects.get(state=VersionState.DRAFT)
    assert draft.content_hash == current.live().content_hash
    assert "Comments are not kept" in said.getvalue()


def test_criteria_are_read_from_standard_input(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stdin = TextIOWrapper(BytesIO(file.read_bytes()), encoding="utf-8")
    monkeypatch.setattr(sys, "stdin", stdin)

    call_command("import_criteria", "-", stdout=StringIO())

    assert CriteriaVersion.objects.filter(state=VersionState.DRAFT).exists()


def test_the_number_in_a_file_is_for_the_reader_only(file: Path) -> None:
    file.write_text(file.read_text().replace("criteria: 1", "criteria: 40"))

    call_command("import_criteria", str(file), stdout=StringIO())

    assert CriteriaVersion.objects.get(state=VersionState.DRAFT).number == 2
