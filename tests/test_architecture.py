"""The shape of the code: imports point down, and what the domain may not know of."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

ROOT = Path(settings.BASE_DIR)
PACKAGES = ("accounts", "funnel", "leads", "leadportal")
# Each package, and what of ours it may import.
MAY_IMPORT = {
    "accounts": {"accounts"},
    "funnel": {"funnel", "accounts"},
    "leads": {"leads", "funnel", "accounts"},
    "leadportal": {"leadportal", "leads", "funnel", "accounts"},
}
# Rooms of leadportal that know nothing of any app: everybody stands on them.
GROUND = ("leadportal.db",)
# The outside of an app, by the file or folder it is in: everything else is domain.
EDGES = {
    "views",
    "api",
    "tasks",
    "urls",
    "apps",
    "forms",
    "http",
    "authentication",
    "adapter",
    "context",
    "middleware",
    "parsers",
    "problems",
    "filters",
    "receivers",
    "inbound",
    "management",
    "templatetags",
    "wiring",
    "migrations",
}
# What a domain module may not know: who calls it, and by what road.
ROADS = ("celery", "rest_framework", "django.http", "django.shortcuts", "django.views")
PLAIN_VALUES = {"django.http.QueryDict"}  # what was asked, not who asked

MODULES = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def imports(node: ast.AST) -> Iterator[tuple[str, int]]:
    """Every imported module in the tree with its line, those inside functions included."""
    for child in ast.walk(node):
        if isinstance(child, ast.Import):
            yield from ((alias.name, child.lineno) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            base = "." * child.level + (child.module or "")
            # `from leads import tasks` names the module in the second half.
            yield from ((f"{base}.{alias.name}", child.lineno) for alias in child.names)


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), filename=str(path))


def edge_of(module: str) -> bool:
    return any(part in EDGES for part in module.split(".")[1:])


def is_domain(path: Path) -> bool:
    package, *rest = path.relative_to(ROOT).with_suffix("").parts
    return package != "leadportal" and not EDGES & set(rest)


def test_imports_point_down() -> None:
    upward = [
        f"{name_of(path)}:{line} imports {module}"
        for path in MODULES
        for module, line in imports(tree_of(path))
        if (top := module.split(".")[0]) in {*PACKAGES, ""}
        and not module.startswith(GROUND)
        and top not in MAY_IMPORT[path.relative_to(ROOT).parts[0]]
    ]

    assert not upward, "\n".join(upward)


def test_the_ground_knows_no_app() -> None:
    known = [
        f"{name_of(path)}:{line} imports {module}"
        for path in MODULES
        if ".".join(path.relative_to(ROOT).with_suffix("").parts).startswith(GROUND)
        for module, line in imports(tree_of(path))
        if module.split(".")[0] in {*PACKAGES, ""} and not module.startswith(GROUND)
    ]

    assert not known, "\n".join(known)


def test_no_import_hides_in_a_function() -> None:
    hidden = {
        f"{name_of(path)}:{line} imports {module}"
        for path in MODULES
        for function in ast.walk(tree_of(path))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for module, line in imports(function)
    }

    assert not hidden, "\n".join(sorted(hidden))


def test_domain_modules_know_no_road_that_leads_to_them() -> None:
    known = [
        f"{name_of(path)}:{line} imports {module}"
        for path in filter(is_domain, MODULES)
        for module, line in imports(tree_of(path))
        if (module.startswith(ROADS) and module not in PLAIN_VALUES)
        or (module.split(".")[0] in PACKAGES and edge_of(module))
    ]

    assert not known, "\n".join(known)


@pytest.mark.django_db
def test_models_have_their_migrations() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_the_deployment_check_is_clean_behind_https(tmp_path: Path) -> None:
    env = {
        **{name: value for name, value in os.environ.items() if not name.startswith("DJANGO_")},
        "DATA_DIR": str(tmp_path),
        "DATABASE_URL": "postgres://portal:secret@localhost/portal",
        "SECRET_KEY": "0123456789 abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "API_KEY_PEPPER": "pepper",
        "BASE_URL": "https://leads.example.com",
        "DJANGO_SETTINGS_MODULE": "leadportal.settings",
    }
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]

    result = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)

    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("missing", ["SECRET_KEY", "API_KEY_PEPPER"])
def test_server_mode_refuses_to_start_without_its_secrets(missing: str, tmp_path: Path) -> None:
    env = os.environ | {
        "DATA_DIR": str(tmp_path),
        "DATABASE_URL": "postgres://portal:secret@localhost/portal",
        "DJANGO_SETTINGS_MODULE": "leadportal.settings",
    }
    del env[missing]

    result = subprocess.run(
        [sys.executable, "manage.py", "check"], cwd=ROOT, env=env, capture_output=True, text=True
    )

    assert result.returncode == 1
    assert f"{missing} must be set" in result.stderr


def test_embedded_mode_keeps_its_own_secrets(tmp_path: Path) -> None:
    env = os.environ | {"DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "leadportal.settings"}
    for name in ("SECRET_KEY", "API_KEY_PEPPER"):
        del env[name]
    command = [
        *(sys.executable, "-c"),
        "from leadportal import settings as s; print(s.SECRET_KEY, s.API_KEY_PEPPER)",
    ]

    first, second = (
        subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True)
        for _ in range(2)
    )

    assert first.stdout == second.stdout
    assert len(set(first.stdout.split())) == 2
    modes = {path.stat().st_mode & 0o777 for path in (tmp_path / "secrets").iterdir()}
    assert modes == {0o600}
