"""Settings: one frozen value made from the environment, naming every problem at once."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from app.errors import Rejected
from app.ids import new_secret

ROOT = Path(__file__).resolve().parent.parent
"""The folder that holds the shipped content and, in development, ``instance/``."""

_SHORTEST_KEY = 32


class SettingsInvalid(Rejected):
    """The environment cannot be used; ``problems`` maps each variable to what is wrong with it."""

    def __str__(self) -> str:
        lines = [f"  {name}: {' '.join(found)}" for name, found in self.problems.items()]
        return "Bedside cannot start with these settings:\n" + "\n".join(lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every setting of the service. ``.env.example`` says what each is for."""

    env: str
    database_url: str
    secret_keys: tuple[str, ...]
    field_keys: tuple[str, ...]
    index_keys: tuple[str, ...]
    public_url: str
    sms_gateway: str
    twilio_account_sid: str
    twilio_auth_tokens: tuple[str, ...]
    twilio_api_url: str
    twilio_messaging_service_sid: str
    twilio_from_numbers: tuple[str, ...]
    twilio_alert_from_numbers: tuple[str, ...]
    sender_mps: float
    content_root: Path
    smtp_url: str
    heartbeat_url: str
    log_level: str
    log_format: str
    worker_poll_seconds: float
    canary_minutes: float
    host: str
    port: int

    @property
    def production(self) -> bool:
        """Whether real people depend on this process."""
        return self.env == "production"

    @classmethod
    def from_environ(cls, environ: Mapping[str, str], *, instance: Path | None = None) -> "Settings":
        """Read the settings.

        ``instance`` is where development keeps generated keys. Raises ``SettingsInvalid`` with every problem found.
        """
        reader = _Reader(environ, instance or ROOT / "instance")
        settings = reader.read()
        if settings.production:
            reader.refuse_unsafe(settings)
        if reader.problems:
            raise SettingsInvalid(reader.problems)
        return settings


class _Reader:
    """Reads one environment and remembers what is wrong with it."""

    def __init__(self, environ: Mapping[str, str], instance: Path) -> None:
        self.environ = environ
        self.instance = instance
        self.problems: dict[str, list[str]] = {}

    def read(self) -> Settings:
        env = self.choice("BEDSIDE_ENV", "development", ("development", "production"))
        self.production = env == "production"
        host, port = self.text("HOST", "127.0.0.1"), int(self.number("PORT", 8000, low=0, high=65535))
        gateway = self.choice("SMS_GATEWAY", "simulated", ("simulated", "twilio"))
        settings = Settings(
            env=env,
            database_url=self.database_url(),
            secret_keys=self.keys("SECRET_KEYS"),
            field_keys=self.keys("FIELD_KEYS"),
            index_keys=self.keys("INDEX_KEYS"),
            public_url=self.url("PUBLIC_URL", f"http://{host}:{port}"),
            sms_gateway=gateway,
            twilio_account_sid=self.text("TWILIO_ACCOUNT_SID"),
            twilio_auth_tokens=self.listed("TWILIO_AUTH_TOKENS"),
            twilio_api_url=self.url("TWILIO_API_URL", "https://api.twilio.com"),
            twilio_messaging_service_sid=self.text("TWILIO_MESSAGING_SERVICE_SID"),
            twilio_from_numbers=self.phone_numbers("TWILIO_FROM_NUMBERS"),
            twilio_alert_from_numbers=self.phone_numbers("TWILIO_ALERT_FROM_NUMBERS"),
            sender_mps=self.number("SENDER_MPS", 1, low=0.01, high=100_000),
            content_root=self.folder("CONTENT_ROOT"),
            smtp_url=self.mail_server("SMTP_URL"),
            heartbeat_url=self.url("HEARTBEAT_URL", ""),
            log_level=self.choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR")),
            log_format=self.choice("LOG_FORMAT", "json" if self.production else "console", ("console", "json")),
            worker_poll_seconds=self.number("WORKER_POLL_SECONDS", 1, low=0.01, high=60),
            canary_minutes=self.number("CANARY_MINUTES", 0, low=0, high=1440),
            host=host,
            port=port,
        )
        if gateway == "twilio":
            self.need_twilio(settings)
        if settings.canary_minutes and not self.can_fly(settings):
            self.problem(
                "CANARY_MINUTES", "needs SMS_GATEWAY=twilio and TWILIO_ALERT_FROM_NUMBERS apart from the patients'."
            )
        return settings

    def need_twilio(self, settings: Settings) -> None:
        # Without a token no webhook could be verified; it must fail here and not accept whatever comes.
        if not settings.twilio_account_sid:
            self.problem("TWILIO_ACCOUNT_SID", "is needed when SMS_GATEWAY=twilio.")
        if not settings.twilio_auth_tokens:
            self.problem("TWILIO_AUTH_TOKENS", "is needed when SMS_GATEWAY=twilio: it signs every webhook.")
        if not settings.twilio_messaging_service_sid and not settings.twilio_from_numbers:
            self.problem("TWILIO_FROM_NUMBERS", "or TWILIO_MESSAGING_SERVICE_SID is needed when SMS_GATEWAY=twilio.")

    def can_fly(self, settings: Settings) -> bool:
        """Whether one of our numbers can text another: none can text itself."""
        alert, patients = set(settings.twilio_alert_from_numbers), set(settings.twilio_from_numbers)
        return settings.sms_gateway == "twilio" and bool(alert) and not alert & patients

    def refuse_unsafe(self, settings: Settings) -> None:
        if settings.sms_gateway == "simulated":
            self.problem("SMS_GATEWAY", "must not be simulated in production: /phones shows every text to anybody.")
        if urlsplit(settings.public_url).scheme != "https":
            self.problem("PUBLIC_URL", "must be set and start with https:// in production.")
        if settings.log_level == "DEBUG":
            self.problem("LOG_LEVEL", "must not be DEBUG in production.")

    def problem(self, name: str, text: str) -> None:
        self.problems.setdefault(name, []).append(text)

    def text(self, name: str, default: str = "") -> str:
        return self.environ.get(name, "").strip() or default

    def listed(self, name: str) -> tuple[str, ...]:
        return tuple(part.strip() for part in self.text(name).split(",") if part.strip())

    def choice(self, name: str, default: str, allowed: tuple[str, ...]) -> str:
        value = self.text(name, default)
        if value not in allowed:
            self.problem(name, f"is {value!r}; it must be one of {', '.join(allowed)}.")
            return default
        return value

    def number(self, name: str, default: float, *, low: float, high: float) -> float:
        raw = self.text(name, str(default))
        try:
            value = float(raw)
        except ValueError:
            value = float("nan")
        if not low <= value <= high:
            self.problem(name, f"is {raw!r}; it must be a number from {low:g} to {high:g}.")
            return default
        return value

    def url(self, name: str, default: str) -> str:
        value = self.text(name, default).rstrip("/")
        parts = urlsplit(value)
        try:
            port_fits = parts.port is None or parts.port > 0
        except ValueError:
            port_fits = False
        if value and (
            parts.scheme not in ("http", "https")
            or not parts.hostname
            or parts.query
            or parts.fragment
            or not port_fits
        ):
            self.problem(name, f"is {value!r}; it must be an http:// or https:// address without ? or #.")
        return value

    def mail_server(self, name: str) -> str:
        """The address may hold a password: what is wrong with it is said without repeating it."""
        value = self.text(name)
        try:
            parts = urlsplit(value)
            given = parse_qs(parts.query, strict_parsing=bool(parts.query))
            whole = parts.scheme in ("smtp", "smtps") and parts.hostname and (parts.port is None or parts.port > 0)
        except ValueError:
            whole, given = None, {}
        known = set(given) <= {"from", "starttls"} and given.get("starttls", ["1"])[0] in ("0", "1")
        if value and not (whole and known and "@" in given.get("from", ["@"])[0]):
            self.problem(
                name, "is not an address such as smtp://user:password@host:587?from=bedside@example.org or smtps://…"
            )
        return value

    def phone_numbers(self, name: str) -> tuple[str, ...]:
        values = self.listed(name)
        for value in values:
            if not (value.startswith("+") and value[1:].isascii() and value[1:].isdigit() and 8 <= len(value) <= 16):
                self.problem(name, f"has {value!r}; a number is written in full, such as +15551234567.")
        return values

    def folder(self, name: str) -> Path:
        path = Path(self.text(name, str(ROOT))).resolve()
        if not path.is_dir():
            self.problem(name, f"is {str(path)!r}, which is not a folder.")
        return path

    def database_url(self) -> str:
        value = self.text("DATABASE_URL", "sqlite:///instance/bedside.db")
        prefix = "sqlite:///"
        if value.startswith(prefix):
            path = value.removeprefix(prefix)
            if not path or path == ":memory:":
                self.problem("DATABASE_URL", "must name a file: a database in memory loses every answer.")
            return prefix + str(ROOT / path)  # a relative path starts at the project, wherever the command was called
        if value.startswith("postgresql://"):
            value = value.replace("postgresql://", "postgresql+psycopg://", 1)
        if not value.startswith("postgresql+psycopg://"):
            self.problem("DATABASE_URL", "must start with sqlite:/// or postgresql+psycopg://.")
        return value

    def keys(self, name: str) -> tuple[str, ...]:
        keys = self.listed(name)
        if not keys:
            if self.production:
                self.problem(
                    name, f"is needed in production: one or more secrets of {_SHORTEST_KEY} characters or more."
                )
                return ("",)
            return (self.generated(name),)
        for position, key in enumerate(keys, 1):
            if len(key) < _SHORTEST_KEY:
                self.problem(name, f"key {position} is shorter than {_SHORTEST_KEY} characters.")
        return keys

    def generated(self, name: str) -> str:
        """Development's own key, made once and kept, so that a restart can still read the database."""
        path = self.instance / name.lower()
        try:
            return path.read_text().strip()
        except FileNotFoundError:
            self.instance.mkdir(parents=True, exist_ok=True)
            draft = path.with_suffix(f".{os.getpid()}")
            with open(draft, "w", opener=lambda p, flags: os.open(p, flags, 0o600)) as file:
                file.write(new_secret() + "\n")
            try:
                os.link(draft, path)  # whole or not at all: another process of the same start may be faster
            except FileExistsError:
                pass
            finally:
                draft.unlink()
            return path.read_text().strip()
