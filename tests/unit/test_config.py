"""Settings: right by default in development, refused in production when unsafe, every problem named at once."""

import stat
from pathlib import Path

import pytest

from app.config import ROOT, Settings, SettingsInvalid

GOOD_KEY = "a-key-that-is-long-enough-to-be-good"
PRODUCTION = {
    "BEDSIDE_ENV": "production",
    "DATABASE_URL": "postgresql+psycopg://bedside@db/bedside",
    "SECRET_KEYS": GOOD_KEY + "1",
    "FIELD_KEYS": GOOD_KEY + "2",
    "INDEX_KEYS": GOOD_KEY + "3",
    "PUBLIC_URL": "https://bedside.example",
    "SMS_GATEWAY": "twilio",
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKENS": "first,second",
    "TWILIO_FROM_NUMBERS": "+15550100001,+15550100002",
}


def read(tmp_path: Path, environ: dict[str, str]) -> Settings:
    return Settings.from_environ(environ, instance=tmp_path / "instance")


def problems(tmp_path: Path, environ: dict[str, str]) -> dict[str, list[str]]:
    with pytest.raises(SettingsInvalid) as caught:
        read(tmp_path, environ)
    return caught.value.problems


def test_development_needs_nothing(tmp_path: Path) -> None:
    settings = read(tmp_path, {})
    assert not settings.production
    assert settings.sms_gateway == "simulated"
    assert settings.public_url == "http://127.0.0.1:8000"
    assert settings.content_root == ROOT


def test_development_makes_keys_once_and_keeps_them(tmp_path: Path) -> None:
    first, second = read(tmp_path, {}), read(tmp_path, {})
    assert first == second
    kept = [first.secret_keys, first.field_keys, first.index_keys]
    assert len(set(kept)) == 3 and all(len(keys[0]) >= 32 for keys in kept)


def test_only_the_owner_may_read_a_made_key(tmp_path: Path) -> None:
    read(tmp_path, {})
    made = sorted((tmp_path / "instance").iterdir())
    assert [path.name for path in made] == ["field_keys", "index_keys", "secret_keys"]
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in made)


def test_the_port_is_part_of_the_public_address(tmp_path: Path) -> None:
    assert read(tmp_path, {"PORT": "8123"}).public_url == "http://127.0.0.1:8123"


def test_good_production_settings_are_taken(tmp_path: Path) -> None:
    settings = read(tmp_path, PRODUCTION)
    assert settings.production and settings.log_format == "json"
    assert settings.twilio_auth_tokens == ("first", "second")
    assert settings.twilio_from_numbers == ("+15550100001", "+15550100002")
    assert not (tmp_path / "instance").exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEYS", ""), ("FIELD_KEYS", ""), ("INDEX_KEYS", ""), ("FIELD_KEYS", "short"),
        ("SECRET_KEYS", GOOD_KEY + ",short"), ("PUBLIC_URL", ""), ("PUBLIC_URL", "http://bedside.example"),
        ("SMS_GATEWAY", "simulated"), ("TWILIO_AUTH_TOKENS", ""), ("TWILIO_ACCOUNT_SID", ""),
        ("TWILIO_FROM_NUMBERS", ""), ("LOG_LEVEL", "DEBUG"),
    ],
)  # fmt: skip
def test_production_refuses_what_is_unsafe(tmp_path: Path, name: str, value: str) -> None:
    assert name in problems(tmp_path, {**PRODUCTION, name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BEDSIDE_ENV", "prod"), ("DATABASE_URL", "mysql://db"), ("DATABASE_URL", "sqlite:///:memory:"),
        ("DATABASE_URL", "sqlite:///"), ("PUBLIC_URL", "bedside.example"), ("PUBLIC_URL", "https://x.example/?a=1"),
        ("TWILIO_API_URL", "ftp://x"), ("TWILIO_FROM_NUMBERS", "5551234567"), ("TWILIO_FROM_NUMBERS", "+1555١٢٣٤"),
        ("SENDER_MPS", "fast"), ("SENDER_MPS", "0"), ("SENDER_MPS", "nan"), ("WORKER_POLL_SECONDS", "0"),
        ("PORT", "70000"), ("PORT", "http"), ("CONTENT_ROOT", "/no/such/folder"), ("LOG_LEVEL", "LOUD"),
        ("LOG_FORMAT", "xml"), ("SMS_GATEWAY", "pigeon"), ("HEARTBEAT_URL", "somewhere"),
        ("SMTP_URL", "mail.example:587"), ("SMTP_URL", "smtp://"), ("SMTP_URL", "smtp://mail.example:x"),
        ("SMTP_URL", "smtp://mail.example?starttls=yes"), ("SMTP_URL", "smtp://mail.example?form=a@b.example"),
        ("SMTP_URL", "smtp://mail.example?from=nobody"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_named(tmp_path: Path, name: str, value: str) -> None:
    assert set(problems(tmp_path, {name: value})) == {name}


def test_every_problem_is_named_at_once(tmp_path: Path) -> None:
    found = problems(tmp_path, {"BEDSIDE_ENV": "production", "LOG_LEVEL": "DEBUG", "PORT": "x"})
    assert {"SECRET_KEYS", "FIELD_KEYS", "INDEX_KEYS", "PUBLIC_URL", "SMS_GATEWAY", "LOG_LEVEL", "PORT"} == set(found)


def test_a_problem_never_quotes_a_secret(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid) as caught:
        read(tmp_path, {"FIELD_KEYS": "hunter2", "SECRET_KEYS": "hunter3"})
    assert "FIELD_KEYS" in str(caught.value) and "hunter" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["smtp://mail", "smtps://a%40b.example:p%2Fw@mail.example", "smtp://u:p@mail:25?starttls=1&from=a@b.example"]
)
def test_a_mail_server_is_taken_as_it_is(tmp_path: Path, url: str) -> None:
    assert read(tmp_path, {"SMTP_URL": url}).smtp_url == url


def test_a_mail_password_is_never_quoted(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid) as caught:
        read(tmp_path, {"SMTP_URL": "smtp://nora:hunter2@mail.example:none"})
    assert "SMTP_URL" in str(caught.value) and "hunter" not in str(caught.value)


def test_a_relative_database_lies_in_the_project_wherever_it_is_started(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert read(tmp_path, {"DATABASE_URL": "sqlite:///x/y.db"}).database_url == f"sqlite:///{ROOT}/x/y.db"


def test_an_absolute_database_stays_where_it_is(tmp_path: Path) -> None:
    assert read(tmp_path, {"DATABASE_URL": "sqlite:////var/b.db"}).database_url == "sqlite:////var/b.db"


def test_the_short_name_of_postgresql_means_our_driver(tmp_path: Path) -> None:
    assert read(tmp_path, {"DATABASE_URL": "postgresql://db/x"}).database_url == "postgresql+psycopg://db/x"
