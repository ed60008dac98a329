"""Invalid environment variables stop the start, with one sentence each and no secrets."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from taskmanager.env import Env, load_env

Boot = Callable[..., list[str]]

ROOT = Path(__file__).resolve().parent.parent.parent
KEY = "k3y-" * 13
GOOD = {
    "PUBLIC_URL": "https://tasks.example.com",
    "ISC_BASE_URL": "https://acme.api.identitynow.com",
    "OIDC_CLIENT_ID": "an-id",
    "SECRET_KEY": KEY,
    "ENV_FILE": "",
}


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment that holds only the variables that a test sets."""
    for name in Env.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("ENV_FILE", "")
    return monkeypatch


@pytest.fixture
def problems(bare: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Boot:
    """Load settings with these variables changed; returns the reported problems."""

    def boot(**changes: str) -> list[str]:
        for name, value in {**GOOD, **changes}.items():
            bare.setenv(name, value)
        with pytest.raises(SystemExit) as stop:
            load_env()
        assert stop.value.code == 1
        said = capsys.readouterr().err.splitlines()
        return [line.removeprefix("  - ") for line in said if line.startswith("  - ")]

    return boot


def env(bare: pytest.MonkeyPatch, **changes: str) -> Env:
    for name, value in {**GOOD, **changes}.items():
        bare.setenv(name, value)
    return load_env()


def test_four_variables_are_enough(bare: pytest.MonkeyPatch) -> None:
    made = env(bare)

    assert made.https
    assert made.allowed_hosts == ("tasks.example.com",)
    assert made.isc_api_version == "v2024"
    assert made.oidc_issuer is None
    assert made.oidc_scopes == ()
    assert made.oidc_admin_values == ("ORG_ADMIN",)
    assert made.auditor_values == ("ORG_ADMIN",)
    assert made.page_size == 50
    assert made.debug is False


def test_every_problem_is_said_at_once(problems: Boot) -> None:
    said = problems(
        PUBLIC_URL="", OIDC_CLIENT_ID="", SECRET_KEY="", ISC_API_VERSION="v1999", PAGE_SIZE="251"
    )

    assert [line.split()[0] for line in said] == [
        "PUBLIC_URL", "ISC_API_VERSION", "OIDC_CLIENT_ID", "SECRET_KEY", "PAGE_SIZE",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("PUBLIC_URL", "http://tasks.example.com", "must begin with https://"),
        ("PUBLIC_URL", "https://tasks.example.com/path", "without a path"),
        ("PUBLIC_URL", "tasks.example.com", "is not an address"),
        ("PUBLIC_URL", "https://user:pw@tasks.example.com", "is not an address"),
        ("ISC_BASE_URL", "http://acme.api.identitynow.com", "must begin with https://"),
        ("ISC_BASE_URL", "https://acme.example/?x=1", "is not an address"),
        ("ISC_BASE_URL", "https://acme.example:99999", "is not an address"),
        ("ISC_API_VERSION", "beta", "is not valid"),
        ("OIDC_ISSUER", "ftp://login.example.com", "is not an address"),
        ("OIDC_SCOPES", "openid profile", "contains openid, but OIDC_ISSUER is not set"),
        ("SECRET_KEY", "short-secret", "is too short"),
        ("SESSION_KEYS", "short-secret", "holds a key of fewer than 32 characters"),
        ("SESSION_IDLE_SECONDS", "soon", "is not valid"),
        ("SESSION_ABSOLUTE_SECONDS", "600", "must not be smaller than SESSION_IDLE_SECONDS"),
        ("ALLOWED_HOSTS", "*", "must not contain *"),
        ("ALLOWED_HOSTS", "other.example.com", "must contain the host of PUBLIC_URL"),
        ("FRAME_ANCESTORS", "https://*.example.com", "is not an address"),
        ("FRAME_ANCESTORS", "https://a.example/path", "without a path"),
        ("FRAME_ANCESTORS", "https://a.example; script-src *", "is not an address"),
        ("FRAME_ANCESTORS", "https://a.example\r\nX-Evil: 1", "is not an address"),
        ("FRAME_ANCESTORS", "'self'", "is not an address"),
        ("FRAME_ANCESTORS", "http://a.example", "must begin with https://"),
        ("DATABASE_URL", "nonsense://short-secret", "is not the address of a database"),
        ("DATABASE_URL", "mysql://me:short-secret@host/name", "is not the address of an SQLite"),
        ("REDIS_URL", "http://:short-secret@host", "is not an address that begins with redis://"),
        ("REDIS_URL", "redis://:short-secret@host:port", "is not the address of a Redis server"),
        ("REDIS_URL", "redis://host?db=short-secret", "is not the address of a Redis server"),
        ("REDIS_URL", "redis://host?short-secret=1", "is not the address of a Redis server"),
        ("REDIS_URL", "redis://[short-secret", "is not the address of a Redis server"),
        ("OIDC_CLIENT_ID", "   ", "is not valid"),
        ("PAGE_SIZE", "0", "is not valid"),
        ("TIME_ZONE", "Mars/Olympus", "is not the name of a time zone"),
        ("LANGUAGE", "tlh", "is not a language we speak"),
        ("LOG_FORMAT", "xml", "is not valid"),
        ("LOG_LEVEL", "loud", "is not valid"),
        ("TRUST_PROXY", "perhaps", "is not valid"),
        ("TRUST_PROXY_PROTO", "perhaps", "is not valid"),
        ("DEBUG", "true", "may be on only while PUBLIC_URL is on this machine"),
        ("SECRET_KEY_FILE", "/nowhere/at/all", "is set twice"),
        ("WEB_CONCURRENCY", "0", "is not valid"),
        ("TENANT_SCAN_CLIENT_SECRET", "short-secret", "need each other"),
        ("TYPE_COMMANDS", "ManualAction", "does not say of each type what ends it"),
        ("TYPE_COMMANDS", "ManualAction=", "does not say of each type what ends it"),
        ("TYPE_COMMANDS", "ManualAction=forward", "does not say of each type what ends it"),
        ("TYPE_COMMANDS", "A=complete;B=decide,", "does not say of each type what ends it"),
        ("TYPE_COMMANDS", "A=complete;A=decide", "names a type twice"),
    ],
)
def test_a_wrong_value_has_its_own_sentence(
    problems: Boot, name: str, value: str, reason: str
) -> None:
    said = problems(**{name: value})

    assert len(said) == 1
    assert said[0].startswith(name.removesuffix("_FILE"))
    assert reason in said[0]
    assert said[0].endswith(".")
    assert "short-secret" not in said[0]


def test_an_origin_is_written_as_browsers_write_it(bare: pytest.MonkeyPatch) -> None:
    listed = "https://Intranet.example.com:443, http://portal.localhost:80,https://a.example:8443/"
    made = env(bare, FRAME_ANCESTORS=listed, PUBLIC_URL="https://tasks.example.com:443")

    assert made.public_url == "https://tasks.example.com"
    assert made.frame_ancestors == (
        "https://intranet.example.com", "http://portal.localhost", "https://a.example:8443",
    )  # fmt: skip


def test_scopes_of_openid_must_name_it(problems: Boot) -> None:
    said = problems(OIDC_ISSUER="https://login.example.com", OIDC_SCOPES="profile")

    assert "must contain openid" in said[0]


@pytest.mark.parametrize(
    "address",
    [
        "http://localhost:8000",
        "http://127.0.0.1:8000",
        "http://[::1]:8000",
        "http://dash.localhost",
    ],
)
def test_http_is_fine_on_this_machine(bare: pytest.MonkeyPatch, address: str) -> None:
    made = env(bare, PUBLIC_URL=address, ISC_BASE_URL=address, OIDC_ISSUER=address)

    assert not made.https
    assert made.oidc_scopes == ("openid", "profile")


def test_an_issuer_keeps_its_slash_and_a_base_loses_it(bare: pytest.MonkeyPatch) -> None:
    made = env(
        bare, OIDC_ISSUER="https://acme.auth0.example/", ISC_BASE_URL="https://acme.example/"
    )

    assert made.oidc_issuer == "https://acme.auth0.example/"  # compared as an exact string
    assert made.isc_base_url == "https://acme.example"


def test_types_are_told_what_ends_them(bare: pytest.MonkeyPatch) -> None:
    assert env(bare).type_commands == {"ManualAction": {"complete"}}
    made = env(bare, TYPE_COMMANDS=" ManualAction = complete, decide ; Approval=decide-all; ")
    assert made.type_commands == {
        "ManualAction": {"complete", "approve", "reject"},
        "Approval": {"approve-all", "reject-all"},
    }


def test_lists_are_split(bare: pytest.MonkeyPatch) -> None:
    made = env(
        bare,
        FRAME_ANCESTORS="https://Intranet.example.com, https://portal.example.com:8443/",
        OIDC_ADMIN_VALUES="ORG_ADMIN, HELPDESK",
    )

    assert made.frame_ancestors == (
        "https://intranet.example.com",
        "https://portal.example.com:8443",
    )
    assert made.oidc_admin_values == ("ORG_ADMIN", "HELPDESK")


@pytest.mark.parametrize(
    "name", ["SECRET_KEY", "OIDC_CLIENT_SECRET", "SESSION_KEYS", "DATABASE_URL", "REDIS_URL"]
)
def test_secrets_may_stand_in_files(bare: pytest.MonkeyPatch, tmp_path: Path, name: str) -> None:
    addresses = {"DATABASE_URL": "sqlite:///:memory:", "REDIS_URL": "rediss://:secret@host/1"}
    value = addresses.get(name, KEY + "from-a-file")
    (tmp_path / "secret").write_text(f"{value}\n", encoding="utf-8")

    bare.setenv(name, "")
    for other in set(GOOD) - {name}:
        bare.setenv(other, GOOD[other])
    bare.setenv(f"{name}_FILE", str(tmp_path / "secret"))

    assert getattr(load_env(), name.lower()).get_secret_value() == value


@pytest.mark.parametrize("end", ["", "\n", "\r\n", " \r\n\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("name", ["OIDC_CLIENT_SECRET", "SESSION_KEYS", "LEDGER_KEYS"])
def test_a_file_saved_on_windows_holds_the_same_secret(
    bare: pytest.MonkeyPatch, tmp_path: Path, name: str, mark: bytes, end: str
) -> None:
    (tmp_path / "secret").write_bytes(mark + f"{KEY}pässword{end}".encode())

    made = env(bare, **{f"{name}_FILE": str(tmp_path / "secret")})

    assert getattr(made, name.lower()).get_secret_value() == f"{KEY}pässword"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (KEY.encode("utf-16"), "is not UTF-8 text"),
        (KEY.encode("utf-16-le"), "is not UTF-8 text"),
        (f"{KEY}pässword".encode("cp1252"), "is not UTF-8 text"),
        (f"{KEY}\u200b".encode(), "holds hidden characters"),
        (b"", "is empty"),
        (b"\xef\xbb\xbf\r\n", "is empty"),
        ("\u200b\n".encode(), "is empty"),
    ],
)
@pytest.mark.parametrize("name", ["OIDC_CLIENT_SECRET", "SESSION_KEYS", "REDIS_URL"])
def test_a_file_that_is_no_text_is_said_in_one_sentence(
    problems: Boot, tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    (tmp_path / "secret").write_bytes(content)

    (said,) = problems(**{f"{name}_FILE": str(tmp_path / "secret")})

    assert said.startswith(f"{name} ")
    assert reason in said
    assert f"in the file that {name}_FILE names." in said


def test_redis_without_its_package_stops_the_start(
    problems: Boot, bare: pytest.MonkeyPatch
) -> None:
    bare.setitem(sys.modules, "redis", None)
    said = problems(REDIS_URL="redis://:short-secret@host")

    assert len(said) == 1
    assert "needs the Python package redis, which is not installed" in said[0]
    assert "short-secret" not in said[0]


def test_a_missing_file_is_a_problem_of_its_own(problems: Boot) -> None:
    said = problems(SECRET_KEY="", SECRET_KEY_FILE="/nowhere/at/all")

    assert "cannot be read from the file that SECRET_KEY_FILE names" in said[0]
    assert len(said) == 1


def test_an_empty_file_is_no_secret(problems: Boot, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("\n", encoding="utf-8")

    said = problems(OIDC_CLIENT_SECRET_FILE=str(tmp_path / "secret"))

    assert "is empty in the file that OIDC_CLIENT_SECRET_FILE names" in said[0]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\xfe\x00", "is not a text"),
        ("PAGE_SIZE=7".encode("utf-16-le"), "is not a text"),
        ("# Größe\n".encode("cp1252"), "is not a text"),
        (b"\xef\xbb\xbf\r\n", "is empty"),
    ],
)
def test_a_dotenv_file_that_is_no_text_is_said_in_words(
    bare: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    content: bytes,
    said: str,
) -> None:
    (tmp_path / ".env").write_bytes(content)

    with pytest.raises(SystemExit):
        env(bare, ENV_FILE=str(tmp_path / ".env"))
    assert f"The file that ENV_FILE names {said}" in capsys.readouterr().err


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_dotenv_file_may_begin_with_a_mark(
    bare: pytest.MonkeyPatch, tmp_path: Path, end: str
) -> None:
    lines = f"PAGE_SIZE=7{end}OIDC_CLIENT_SECRET=s3cret{end}"
    (tmp_path / ".env").write_text(lines, encoding="utf-8-sig", newline="")

    made = env(bare, ENV_FILE=str(tmp_path / ".env"))
    assert (made.page_size, made.oidc_client_secret.get_secret_value()) == (7, "s3cret")


def test_a_dotenv_file_is_read_when_it_is_there(bare: pytest.MonkeyPatch, tmp_path: Path) -> None:
    lines = "".join(f"{name}={value}\n" for name, value in GOOD.items() if name != "ENV_FILE")
    (tmp_path / ".env").write_text(f"{lines}PAGE_SIZE=7\n", encoding="utf-8")

    bare.setenv("ENV_FILE", str(tmp_path / ".env"))
    assert load_env().page_size == 7


def test_secrets_do_not_show_when_printed(bare: pytest.MonkeyPatch) -> None:
    assert KEY not in repr(env(bare))


@pytest.mark.parametrize(
    "command",
    [
        [sys.executable, "manage.py", "check"],
        [sys.executable, "-m", "gunicorn", "-c", "taskmanager/gunicorn.conf.py"],
    ],
    ids=["manage.py", "gunicorn"],
)
def test_a_wrong_environment_stops_every_way_to_start(command: list[str]) -> None:
    environment = {"PATH": os.environ["PATH"], **GOOD, "SECRET_KEY": "s3cret", "PAGE_SIZE": "many"}
    done = subprocess.run(  # noqa: S603 - our own command
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=30, check=False
    )

    assert done.returncode == 1
    assert "SECRET_KEY is too short." in done.stderr
    assert "PAGE_SIZE is not valid." in done.stderr
    assert "Traceback" not in done.stderr
    assert "s3cret" not in done.stderr


def test_the_deployment_check_is_clean_with_production_settings(tmp_path: Path) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        **GOOD,
        "SECRET_KEY": "".join(chr(33 + (7 * index) % 90) for index in range(60)),
        "SESSION_KEYS": "another key, this one is for the sessions".replace(",", ""),
        "DATABASE_URL": f"sqlite:///{tmp_path / 'db.sqlite3'}",
    }
    done = subprocess.run(
        [sys.executable, "-Werror", "manage.py", "check", "--deploy", "--fail-level=WARNING"],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


def test_ready_comments_are_the_lines_of_a_file(bare: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "comments.txt"
    text = "\ufeff# for forwards\r\nI am away.\r\n\r\n  Grüße, #1 \rI am away.\n #x\n"
    path.write_bytes(text.encode())
    made = env(bare, FORWARD_COMMENTS_FILE=str(path))
    assert made.forward_comments_file == ("I am away.", "Grüße, #1")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"# nothing\n\n", "without lines"),
        ("\n".join(f"Line {at}" for at in range(21)).encode(), "too many"),
        (b"x" * 2001, "too long"),
        ("a\u202eb".encode(), "hidden characters"),
        ("Grüße".encode("latin-1"), "not UTF-8"),
        ("Hello".encode("utf-16-le"), "not UTF-8"),
        (None, "cannot be read"),
    ],
)
def test_ready_comments_that_cannot_be_used_stop_the_start(
    problems: Boot, tmp_path: Path, content: bytes | None, said: str
) -> None:
    path = tmp_path / "comments.txt"
    if content is not None:
        path.write_bytes(content)
    (problem,) = problems(FORWARD_COMMENTS_FILE=str(path))
    assert problem.lstrip(" -").startswith("FORWARD_COMMENTS_FILE ")
    assert said in problem


@pytest.mark.parametrize("name", ["FLAG_VALUES", "FLAG_OWN", "FLAG_DAYS"])
def test_a_variable_that_has_moved_stops_the_start(
    problems: Boot, bare: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    said = f"{name} is no longer read. Flags stand in the file that FLAGS_FILE names."
    assert problems(**{name: "x"}) == [said]
    assert said in problems(**{name: "x", "PAGE_SIZE": "0"})
    bare.delenv(name)
    file = tmp_path / "env"
    file.write_text(f"{name}=x\n", encoding="utf-8-sig")
    assert problems(ENV_FILE=str(file), PAGE_SIZE="50") == [said]


def test_a_variable_that_has_moved_may_stand_there_empty(bare: pytest.MonkeyPatch) -> None:
    assert env(bare, FLAG_VALUES="").flags_file.name == "flags.toml"
