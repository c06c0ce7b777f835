"""What the environment says, and what settings make of it."""

import json
import os
import socket
import ssl
import subprocess
import sys
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings

ASKED = """
import json, sys
from leadportal import settings
print(json.dumps({name: getattr(settings, name) for name in sys.argv[1:]}, default=str))
"""


def read(tmp_path, *names, **env):
    """These settings in a process of its own with this environment, or what it said instead."""
    done = subprocess.run(
        [sys.executable, "-c", ASKED, *names],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DATA_DIR": str(tmp_path)} | env,
        capture_output=True,
        text=True,
    )
    return json.loads(done.stdout) if done.returncode == 0 else done.stderr


@pytest.mark.parametrize(
    ("hsts", "seconds", "subdomains", "preload"),
    [
        ("", 31536000, False, False),
        ("host", 31536000, False, False),
        ("off", 0, False, False),
        ("subdomains", 31536000, True, False),
        ("preload", 31536000, True, True),
    ],
)
def test_hsts_is_for_the_host_only_unless_asked(tmp_path, hsts, seconds, subdomains, preload):
    found = read(
        tmp_path,
        *("SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS", "SECURE_HSTS_PRELOAD"),
        BASE_URL="https://leads.example.com",
        HSTS=hsts,
    )

    assert list(found.values()) == [seconds, subdomains, preload]


@pytest.mark.parametrize(
    "url",
    [
        *("https://example.com/leads", "https://example.com/leads/", "https://example.com?a=b"),
        *("https://user@example.com", "https://example.com#top"),
    ],
)
def test_a_base_url_with_more_than_a_host_is_refused_in_one_sentence(tmp_path, url):
    said = read(tmp_path, "BASE_URL", BASE_URL=url)

    assert said.startswith("BASE_URL is a scheme, a host and a port")
    assert said.count("\n") == 1


def test_a_base_url_may_be_an_ipv6_address(tmp_path):
    found = read(tmp_path, "ALLOWED_HOSTS", "BASE_URL", BASE_URL="http://[fd00::7]:8000/")

    assert found["ALLOWED_HOSTS"][0] == "[fd00::7]"
    assert found["BASE_URL"] == "http://[fd00::7]:8000"


ROLES = {
    "DATABASE_URL": "postgres://theirs_app:word@localhost/portal",
    "DATABASE_OWNER_URL": "postgres://theirs:pass@localhost/portal",
}


@pytest.mark.parametrize(
    ("process", "env", "user", "app"),
    [
        ("web", {}, "leadportal_app", "leadportal_app"),
        ("migrate", {}, "leadportal", "leadportal_app"),
        ("worker", ROLES, "theirs_app", "theirs_app"),
        ("user", ROLES, "theirs_app", "theirs_app"),
        ("migrate", ROLES, "theirs", "theirs_app"),
        ("restore", ROLES, "theirs", "theirs_app"),
        ("backup", ROLES, "theirs", "theirs_app"),
        # One role is the owner, and there is no other.
        ("web", ROLES | {"DATABASE_OWNER_URL": ""}, "theirs_app", None),
        ("migrate", ROLES | {"DATABASE_OWNER_URL": ""}, "theirs_app", None),
    ],
)
def test_what_changes_tables_is_done_as_their_owner_and_nothing_else(
    tmp_path, process, env, user, app
):
    found = read(tmp_path, "DATABASES", "APP_ROLE", LEADPORTAL_PROCESS=process, **env)

    assert (found["DATABASES"]["default"]["USER"], found["APP_ROLE"]) == (user, app)


def test_an_owner_that_is_no_database_is_said(tmp_path):
    said = read(tmp_path, "APP_ROLE", **ROLES | {"DATABASE_OWNER_URL": "postgres://a:b/c"})

    assert said == "DATABASE_OWNER_URL must name a PostgreSQL: postgres://…\n"


def test_settings_that_are_empty_are_their_defaults(tmp_path):
    names = ("API_RATE_PER_MINUTE", "ALLOWED_HOSTS", "LOG_LEVEL")

    found = read(tmp_path, *names, **dict.fromkeys(names, ""))

    assert found["API_RATE_PER_MINUTE"] == 12_000
    assert "" not in found["ALLOWED_HOSTS"]


# --- rediss:// ---------------------------------------------------------------------------------


@pytest.fixture
def untrusted(tmp_path):
    """The port of a server with TLS whose certificate nobody signed but itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path / "server.pem"
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    listening = socket.create_server(("127.0.0.1", 0))

    def serve():
        with suppress(OSError):
            while True:
                call, _ = listening.accept()
                with suppress(OSError):
                    context.wrap_socket(call, server_side=True).recv(100)

    threading.Thread(target=serve, daemon=True).start()
    yield listening.getsockname()[1]
    listening.close()


CALL = """
import os, traceback
os.environ["DJANGO_SETTINGS_MODULE"] = "leadportal.settings"
import django; django.setup()
from django.core.cache import caches
from leadportal import gathering, nudges
broker = nudges._own_connection()
for call in (gathering.hints.ping, lambda: caches["hints"].get("x"), broker.connect):
    try:
        call()
        print("trusted")
    except Exception:
        said = traceback.format_exc()
        print("refused" if "CERTIFICATE_VERIFY_FAILED" in said else said)
"""


def test_a_redis_whose_certificate_cannot_be_verified_is_not_spoken_to(tmp_path, untrusted):
    done = subprocess.run(
        [sys.executable, "-c", CALL],
        cwd=settings.BASE_DIR,
        env=os.environ
        | {"DATA_DIR": str(tmp_path), "REDIS_URL": f"rediss://localhost:{untrusted}/0"},
        capture_output=True,
        text=True,
    )

    assert done.stdout.split() == ["refused"] * 3, done.stdout + done.stderr
