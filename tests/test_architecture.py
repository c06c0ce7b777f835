"""The shape of the code: imports point down, features stand apart, the domain knows no caller.

The layers, lowest first: the ground rooms of `leadportal` (web rest look world db), `accounts`,
`funnel`, `leads`, and the wiring, which is the rest of `leadportal` (docs/architecture.md).
"""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

ROOT = Path(settings.BASE_DIR)
APPS = ("accounts", "funnel", "leads")
PACKAGES = (*APPS, "leadportal")
ROOMS = frozenset({"web", "rest", "look", "world", "db"})
GROUND = ROOMS | {"models"}  # the one table of the ground
LAYERS = ("ground", *APPS, "wiring")
# Files of a feature that speak with the outside, by their fixed names; everything else is domain.
EDGES = frozenset({"pages", "api", "openapi", "forms", "tasks", "filters"})
# The outside of an app as a whole.
OUTSIDE = EDGES | {
    "access",  # accounts: who may open a page
    "apps",
    "authentication",  # accounts/keys: whose key it is
    "browsers",  # accounts: where somebody signs in from
    "context",  # accounts: what base.html shows
    "management",
    "middleware",
    "migrations",
    "sign_in",  # accounts: what django-allauth asks
    "templatetags",
    "urls",
}
# Rooms of the ground that pages and calls stand on; the others know of no request.
GROUND_EDGES = frozenset({"web", "rest", "look"})
# What a domain module may not know: who calls it, and by what road.
ROADS = ("celery", "rest_framework", "django.http", "django.shortcuts", "django.views")
PLAIN_VALUES = {"django.http.QueryDict"}  # what was asked, not who asked
# Shorter together than this, a folder's files are one file.
FOLDER_LEAST = 120

MODULES = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), filename=str(path))


def imports(node: ast.AST) -> Iterator[tuple[str, int]]:
    """Every imported module in the tree with its line, those inside functions included."""
    for child in ast.walk(node):
        if isinstance(child, ast.Import):
            yield from ((alias.name, child.lineno) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            base = "." * child.level + (child.module or "")
            # `from leads import ledger` names the module in the second half.
            yield from ((f"{base}.{alias.name}", child.lineno) for alias in child.names)


def layer_of(module: str) -> str:
    package, *rest = module.split(".")
    if package == "leadportal":
        return "ground" if rest and rest[0] in GROUND else "wiring"
    return package


def is_ours(module: str) -> bool:
    return module.split(".")[0] in PACKAGES


def is_outside(module: str) -> bool:
    """Whether a module of ours is an edge: a caller of the domain, or what a caller stands on."""
    package, *rest = module.split(".")
    if package == "leadportal":
        return not rest or rest[0] not in GROUND - GROUND_EDGES
    return bool(OUTSIDE & set(rest))


def is_domain(path: Path) -> bool:
    """Whether a file is of an app and speaks with nobody outside."""
    module = module_of(path)
    return module.split(".")[0] in APPS and not is_outside(module)


KNOWN = {module_of(path) for path in MODULES}


def imported_modules(path: Path) -> set[str]:
    """The modules of ours a file imports, each as the file it is."""
    return {
        found
        for module, _ in imports(tree_of(path))
        if is_ours(module)
        for found in [module if module in KNOWN else module.rpartition(".")[0]]
        if found in KNOWN
    }


def folder_of(module: str) -> str:
    """The feature folder of a module; empty for one that stands beside the folders."""
    parts = module.split(".")
    return ".".join(parts[:2]) if len(parts) > 2 and parts[1] != "models" else ""


def test_imports_point_down() -> None:
    upward = [
        f"{name_of(path)}:{line} imports {module}"
        for path in MODULES
        for module, line in imports(tree_of(path))
        if (is_ours(module) or module.startswith("."))
        and (
            module.startswith(".")
            or LAYERS.index(layer_of(module)) > LAYERS.index(layer_of(module_of(path)))
        )
    ]

    assert not upward, "\n".join(upward)


def test_no_import_hides_in_a_function() -> None:
    hidden = {
        f"{name_of(path)}:{line} imports {module}"
        for path in MODULES
        for function in ast.walk(tree_of(path))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for module, line in imports(function)
    }

    assert not hidden, "\n".join(sorted(hidden))


def test_the_domain_knows_no_road_that_leads_to_it() -> None:
    known = [
        f"{name_of(path)}:{line} imports {module}"
        for path in MODULES
        if not is_outside(module_of(path))
        for module, line in imports(tree_of(path))
        if (module.startswith(ROADS) and module not in PLAIN_VALUES)
        or (module.split(".")[0] in APPS and is_outside(module))
    ]

    assert not known, "\n".join(known)


def test_only_edges_and_wiring_know_of_celery() -> None:
    known = [
        name_of(path)
        for path in MODULES
        if layer_of(module_of(path)) != "wiring" and path.stem != "tasks"
        for module, _ in imports(tree_of(path))
        if module.split(".")[0] in ("celery", "kombu")
    ]

    assert not known, "\n".join(known)


def test_no_two_folders_import_each_other() -> None:
    needs: dict[str, set[str]] = {}
    for path in MODULES:
        here = folder_of(module_of(path))
        found = {folder_of(module) for module in imported_modules(path)}
        needs.setdefault(here, set()).update(found - {here})

    both = sorted(
        f"{one} and {other}"
        for one, found in needs.items()
        for other in found
        if one and one < other and one in needs.get(other, ())
    )

    assert not both, "\n".join(both)


def test_no_modules_import_each_other_in_a_circle() -> None:
    needs = {module_of(path): imported_modules(path) for path in MODULES}
    # Whoever needs nobody left, or is needed by nobody left, is in no circle.
    while True:
        needed = set().union(*needs.values()) if needs else set()
        circle = {
            module: found & needs.keys()
            for module, found in needs.items()
            if module in needed and found & needs.keys() - {module}
        }
        if circle == needs:
            break
        needs = circle

    assert not needs, "\n".join(
        f"{one}: {', '.join(found)}" for one, found in sorted(needs.items())
    )


def test_a_package_says_what_is_in_it_and_passes_nothing_on() -> None:
    wrong = []
    for path in MODULES:
        if path.name != "__init__.py" or path.parent.name in ("models", "migrations"):
            continue
        statements = tree_of(path).body
        is_marker = {"management", "commands", "templatetags"} & set(path.parent.parts)
        if len(statements) > 1 or (statements and not isinstance(statements[0], ast.Expr)):
            wrong.append(f"{name_of(path)} holds more than its docstring")
        if not statements and not is_marker:
            wrong.append(f"{name_of(path)} does not say what is in the folder")
    assert not wrong, "\n".join(wrong)


def test_the_map_of_a_folder_names_all_its_files() -> None:
    missing = [
        f"{name_of(path)} does not name {other.stem}"
        for path in MODULES
        if path.name == "__init__.py" and len(path.relative_to(ROOT).parts) == 3
        if (said := ast.get_docstring(tree_of(path))) and "migrations" not in path.parts
        for other in sorted(path.parent.glob("*.py"))
        if other != path and other.stem not in EDGES and other.stem not in said
    ]

    assert not missing, "\n".join(missing)


def test_a_folder_earns_its_keep() -> None:
    small = {
        f"{name_of(path.parent)}: {lines} lines"
        for path in MODULES
        if path.name == "__init__.py" and path.parent.name not in {"models", *PACKAGES, *ROOMS}
        if not {"migrations", "management", "templatetags"} & set(path.parent.parts)
        for lines in [sum(len(p.read_text().splitlines()) for p in path.parent.rglob("*.py"))]
        if lines < FOLDER_LEAST
    }

    assert not small, "\n".join(sorted(small))


def test_what_a_browser_test_holds_is_held_before_its_page() -> None:
    """Asked for later, the next request may pass: a page at work learns of it a moment after."""
    late = [
        f"{name_of(path)}, {test.name}"
        for path in sorted((ROOT / "tests").rglob("test_*.py"))
        for test in ast.walk(tree_of(path))
        if isinstance(test, ast.FunctionDef) and holds_late(test)
    ]

    assert not late, "\n".join(late)


def holds_late(test: ast.FunctionDef) -> bool:
    """Whether something is held (`page.route`, `slow`) after a page was opened (`goto`, `at`)."""
    calls = [node for node in ast.walk(test) if isinstance(node, ast.Call)]
    lines: dict[str, list[int]] = {"route": [], "slow": [], "goto": [], "at": []}
    for call in calls:
        name = getattr(call.func, "attr", getattr(call.func, "id", ""))
        lines.get(name, []).append(call.lineno)
    held, opened = lines["route"] + lines["slow"], lines["goto"] + lines["at"]
    return bool(held and opened and max(held) > min(opened))


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
