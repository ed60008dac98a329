"""The health and readiness probes for orchestrators."""

import os
import subprocess
import sys
from pathlib import Path

from django.conf import LazySettings
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

ROOT = Path(__file__).resolve().parent.parent.parent
ASK = """
import django; django.setup()
from django.test import Client
answer = Client().get("/readyz")
print(answer.status_code, answer.content.decode())
"""


def test_the_process_is_healthy_without_a_database_and_under_any_name(client: Client) -> None:
    response = client.get("/healthz", headers={"host": "10.0.0.7:8000"})

    assert (response.status_code, response.content) == (200, b"ok")


def test_probes_are_not_redirected_to_https(client: Client, settings: LazySettings) -> None:
    settings.SECURE_SSL_REDIRECT = True

    assert client.get("/healthz").status_code == 200


def test_it_is_ready_when_the_database_is(client: Client, db: None) -> None:
    assert client.get("/readyz").status_code == 200


def test_it_is_not_ready_before_the_migrations_have_run(client: Client, db: None) -> None:
    MigrationRecorder.Migration.objects.filter(app="signin").delete()

    response = client.get("/readyz")

    assert response.status_code == 503
    assert b"migrate" in response.content


def test_it_is_not_ready_without_static_files(
    client: Client, db: None, settings: LazySettings, tmp_path: Path
) -> None:
    settings.STATIC_FILES, settings.STATIC_ROOT = "hashed", tmp_path

    assert client.get("/readyz").status_code == 503
    (tmp_path / "staticfiles.json").touch()
    assert client.get("/readyz").status_code == 200


def test_it_is_not_ready_without_a_database() -> None:
    environment = {
        **os.environ,
        "ENV_FILE": "",
        "DJANGO_SETTINGS_MODULE": "taskmanager.settings",
        "DATABASE_URL": "sqlite:////nowhere/at/all/db.sqlite3",
    }
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-c", ASK],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=30, check=True,
    )  # fmt: skip

    assert done.stdout.strip() == "503 the database cannot be reached"
