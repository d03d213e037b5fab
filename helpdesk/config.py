"""The installation's configuration: frozen values read from config.toml and HELPDESK_* variables."""

import hashlib
import ipaddress as ip
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final, get_type_hints
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

FILE_NAME: Final = "config.toml"
LONGEST_SOCKET: Final = 104


class ConfigError(Exception):
    """The configuration can't be used; the message names the key and the fix."""

    cause = "wrong_value"


class ConfigMissing(ConfigError):
    cause = "missing"


class ConfigUnreadable(ConfigError):
    cause = "unreadable"


class KeyUnknown(ConfigError):
    cause = "unknown_key"


class WrongType(ConfigError):
    cause = "wrong_type"


@dataclass(frozen=True, slots=True)
class Desk:
    name: str = "Candour"
    base_url: str = "http://localhost:8000"
    time_zone: str = "UTC"
    language: str = "en"
    demo: bool = False


@dataclass(frozen=True, slots=True)
class Database:
    url: str = "sqlite:///candour.db"


@dataclass(frozen=True, slots=True)
class Redis:
    url: str = ""


@dataclass(frozen=True, slots=True)
class Files:
    folder: str = "files"


@dataclass(frozen=True, slots=True)
class Secrets:
    key_file: str = "candour.key"


@dataclass(frozen=True, slots=True)
class Web:
    host: str = "127.0.0.1"
    port: int = 8000
    processes: int = 2
    threads: int = 64
    proxy_hops: int = 0
    extra_hosts: str = ""


@dataclass(frozen=True, slots=True)
class Mail:
    max_email_mb: int = 25
    max_parts: int = 200
    max_depth: int = 50
    max_header_kb: int = 256
    parse_seconds: int = 10
    parse_memory_mb: int = 1024
    trusted_authserv_id: str = ""


@dataclass(frozen=True, slots=True)
class Policy:
    file: str = "policy.toml"
    checkpoints_folder: str = ""


@dataclass(frozen=True, slots=True)
class Statistics:
    send_into: str = ""

    @property
    def networks(self) -> list[ip.IPv4Network | ip.IPv6Network]:
        """Networks of the operator's own that the published file may be sent into."""
        return [ip.ip_network(one.strip()) for one in self.send_into.split(",") if one.strip()]


@dataclass(frozen=True, slots=True)
class Themes:
    model_folder: str = ""


@dataclass(frozen=True, slots=True)
class Log:
    level: str = "info"


@dataclass(frozen=True, slots=True)
class Config:
    """What an installation is made of; mailboxes, teams and people are rows, not keys."""

    folder: Path = field(default_factory=Path.cwd)
    desk: Desk = field(default_factory=Desk)
    database: Database = field(default_factory=Database)
    redis: Redis = field(default_factory=Redis)
    files: Files = field(default_factory=Files)
    secrets: Secrets = field(default_factory=Secrets)
    web: Web = field(default_factory=Web)
    mail: Mail = field(default_factory=Mail)
    policy: Policy = field(default_factory=Policy)
    statistics: Statistics = field(default_factory=Statistics)
    themes: Themes = field(default_factory=Themes)
    log: Log = field(default_factory=Log)

    @property
    def database_url(self) -> str:
        """The database's URL, a relative SQLite path taken from the configuration's folder."""
        prefix = "sqlite:///"
        url = self.database.url
        if not url.startswith(prefix) or url == prefix + ":memory:":
            return url
        return prefix + str(self.folder / url.removeprefix(prefix))

    @property
    def redis_url(self) -> str:
        """Where Redis is; without a key, the embedded one's socket, which `helpdesk up` starts."""
        return self.redis.url or f"unix://{quote(str(self._socket))}"

    @property
    def _socket(self) -> Path:
        """In the run folder, or where that path is too long for a socket (104 bytes), in a short one."""
        near = self.folder / "run" / "valkey.sock"
        if len(os.fsencode(near)) < LONGEST_SOCKET:
            return near
        name = f"candour-{os.getuid()}-{hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:16]}"
        return Path("/tmp") / name / "valkey.sock"  # noqa: S108 - storage/valkey refuses it if it is somebody else's

    @property
    def files_folder(self) -> Path:
        return self.folder / self.files.folder

    @property
    def key_file(self) -> Path:
        return self.folder / self.secrets.key_file

    @property
    def policy_file(self) -> Path:
        return self.folder / self.policy.file

    @property
    def checkpoints_folder(self) -> Path | None:
        """Where signed checkpoints of the audit trail are written too; None: nowhere but in the database."""
        return self.folder / self.policy.checkpoints_folder if self.policy.checkpoints_folder else None

    @property
    def is_https(self) -> bool:
        return self.desk.base_url.startswith("https://")

    @property
    def host(self) -> str:
        """The host name of our own address: in links, in Message-IDs, and the one Host we answer to."""
        return urlsplit(self.desk.base_url).hostname or "localhost"


def load(path: Path | None = None, environ: Mapping[str, str] = os.environ) -> Config:
    """Read config.toml (the given path, $HELPDESK_CONFIG, or the working folder's), then the environment.

    `HELPDESK_DATABASE_URL` overrides `url` in `[database]`, and so on for each key.
    Raises ConfigError, which names the key and says what to do.
    """
    path = path or Path(environ.get("HELPDESK_CONFIG", FILE_NAME))
    return checked(from_mapping(_toml(path), environ, folder=path.resolve().parent))


def from_mapping(tables: Mapping[str, Any], environ: Mapping[str, str], *, folder: Path) -> Config:
    """A Config from tables as TOML has them."""
    sections = [f.name for f in fields(Config) if f.name != "folder"]
    if unknown := set(tables) - set(sections):
        raise KeyUnknown(f"[{min(unknown)}] is no section of the configuration: see config.example.toml")
    made = {name: _section(name, tables.get(name, {}), environ) for name in sections}
    return Config(folder=folder, **made)


def checked(config: Config) -> Config:
    """The same configuration, if its values make sense. Raises ConfigError."""
    _check(config)
    return config


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigMissing(
            f"there is no configuration at {path}: run 'helpdesk init' here, or set HELPDESK_CONFIG to its place"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigUnreadable(f"{path} can't be read: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigUnreadable(f"{path} is not valid TOML: {error}") from None


def _section(name: str, table: object, environ: Mapping[str, str]) -> Any:  # noqa: ANN401  one of the classes above
    if not isinstance(table, dict):
        raise WrongType(f"[{name}] must be a section with keys, not one value")
    kind: Any = get_type_hints(Config)[name]
    types = get_type_hints(kind)
    if unknown := set(table) - set(types):
        raise KeyUnknown(f"{name}.{min(unknown)} is no key of the configuration: it knows {', '.join(sorted(types))}")
    values: dict[str, object] = {key: _typed(f"{name}.{key}", table[key], types[key]) for key in table}
    for key, wanted in types.items():
        variable = f"HELPDESK_{name}_{key}".upper()
        if variable in environ:
            values[key] = _from_text(variable, environ[variable], wanted)
    return kind(**values)


def _typed(key: str, value: object, wanted: type) -> object:
    if isinstance(value, bool) is not (wanted is bool) or not isinstance(value, wanted):
        raise WrongType(f"{key} must be {_WORDS[wanted]}, not {value!r}")
    return value


def _from_text(variable: str, text: str, wanted: type) -> object:
    if wanted is bool:
        if text.lower() not in _TRUTH:
            raise WrongType(f"{variable} must be true or false, not {text!r}")
        return _TRUTH[text.lower()]
    if wanted is int:
        try:
            return int(text)
        except ValueError:
            raise WrongType(f"{variable} must be a whole number, not {text!r}") from None
    return text


_WORDS: Final = {str: "text in quotes", int: "a whole number", bool: "true or false"}
_TRUTH: Final = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


def _check(config: Config) -> None:
    address = urlsplit(config.desk.base_url)
    if address.scheme not in {"http", "https"} or not address.hostname:
        raise ConfigError("desk.base_url must be the address people type, such as https://desk.example.com")
    if not config.database.url.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
        raise ConfigError("database.url must begin with sqlite:/// or postgresql://")
    if config.redis.url and not config.redis.url.startswith(("redis://", "rediss://", "unix://")):
        raise ConfigError(
            "redis.url must begin with redis://, rediss:// or unix://, or be empty for the embedded one"
        )
    try:
        ZoneInfo(config.desk.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise ConfigError("desk.time_zone must be a name such as Europe/Berlin") from None
    try:
        config.statistics.networks  # noqa: B018  read to see that it can be
    except ValueError:
        raise ConfigError("statistics.send_into must be networks such as 10.0.0.0/8, with commas between") from None
    if config.log.level not in {"debug", "info", "warning", "error"}:
        raise ConfigError("log.level must be debug, info, warning or error")
    for name, number in (("processes", config.web.processes), ("threads", config.web.threads)):
        if number < 1:
            raise ConfigError(f"web.{name} must be 1 or more")
    if not 0 < config.web.port < 65536:
        raise ConfigError("web.port must be between 1 and 65535")
