"""Reads the environment: each variable has one meaning, and everything wrong is told at once.

A variable that is set to nothing counts as unset, so that `NAME=` in a compose file or in `.env` is harmless.
"""

from __future__ import annotations

import os
import re
import secrets
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured
from django.core.mail.message import sanitize_address
from django.http.request import split_domain_port

Value = TypeVar("Value")

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
TRUE_WORDS = ("1", "true", "yes", "on")
FALSE_WORDS = ("0", "false", "no", "off")
# A century: the calendar cannot be counted back much further than two thousand years.
MOST_DAYS = 36_500
DEFAULT_SMTP_PORTS = {"smtp": 25, "smtp+tls": 587, "smtp+ssl": 465}


class Environment:
    """The variables asked for so far (`names`) and what was wrong with them (`faults`)."""

    def __init__(self) -> None:
        self._env = environ.Env()
        self.names: set[str] = set()
        self.faults: list[str] = []

    def read(self, name: str, parse: Callable[[str], Value], default: Value) -> Value:
        """The parsed value, or `default` where it is unset or wrong; a wrong one is kept for `refuse_faults`."""
        text = self.text(name)
        if not text:
            return default
        try:
            return parse(text)
        except (ValueError, ImproperlyConfigured) as fault:
            self.faults.append(f"{name}={_without_password(text)!r}: {fault}")
            return default

    def text(self, name: str, default: str = "") -> str:
        self.names.add(name)
        return self._env.str(name, default="").strip() or default

    def fault(self, message: str) -> None:
        self.faults.append(message)

    def refuse_faults(self) -> None:
        """Raise `ImproperlyConfigured` with every fault, one per line, if there is any."""
        if self.faults:
            listed = "\n".join(f"  - {fault}" for fault in self.faults)
            raise ImproperlyConfigured(f"Ascender cannot start with these settings (see .env.example):\n{listed}")


def _without_password(text: str) -> str:
    """Faults are logged; a password inside an address must not be, however wrong the address is."""
    text = re.sub(r"(?s)^([\w+.-]*://)?.*@", r"\1…@", text)
    text = re.sub(r"(?<=password=)[^&]*", "…", text)
    # What stands for a port and is none: the host was forgotten.
    return re.sub(r"(://[^/@]*:)(?!\d+(?:[/?#]|$))[^/@]+", r"\1…", text)


def as_flag(text: str) -> bool:
    """Stricter than `bool`: a misspelt word must not quietly mean "off"."""
    if text.lower() in TRUE_WORDS:
        return True
    if text.lower() in FALSE_WORDS:
        return False
    raise ValueError("write true or false")


def as_port(text: str) -> int:
    if text.isascii() and text.isdigit() and 1 <= int(text) <= 65535:
        return int(text)
    raise ValueError("write a port number between 1 and 65535")


def as_seconds(text: str, *, at_most: float) -> float:
    seconds = float(text) if re.fullmatch(r"\d+(\.\d+)?", text) else 0.0
    if 0 < seconds <= at_most:
        return seconds
    raise ValueError(f"write a number of seconds above 0, {at_most:g} at most")


def as_days(text: str, *, at_least: int) -> int:
    days = int(text) if re.fullmatch(r"[0-9]{1,5}", text) else 0
    if at_least <= days <= MOST_DAYS:
        return days
    raise ValueError(f"write a number of days between {at_least} and {MOST_DAYS:,}")


def as_folder(text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise ValueError("write the path of a folder; nobody here has that home") from None


def as_log_level(text: str) -> str:
    if text.upper() in LOG_LEVELS:
        return text.upper()
    raise ValueError(f"write one of {', '.join(LOG_LEVELS)}")


def as_hosts(text: str) -> list[str]:
    return [host.strip() for host in text.split(",") if host.strip()]


def as_site_url(text: str) -> str:
    """`scheme://host[:port]`, without a slash at the end, and with the host as browsers send it."""
    try:
        parts = urlsplit(text)
        name = parts.hostname or ""
        # Without a host where Django would answer none of its requests, one with a user's name for example.
        host, port = split_domain_port(parts.netloc.lower().replace(name, _in_idna(name)))
        is_sound = bool(host) and parts.port != 0
    except ValueError:
        is_sound = False
    if not is_sound or parts.scheme not in ("http", "https") or parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError(
            "write an address of host and port alone, such as https://ascender.example.com; "
            "a host with other letters than a to z may have to be written as xn--…"
        )
    return f"{parts.scheme}://{host}:{port}".rstrip(":")


def _in_idna(host: str) -> str:
    """Python knows the older IDNA alone, which makes another host of some letters than browsers do: of ß, say."""
    written = host.encode("idna")
    if not host.isascii() and written.decode("idna") != host:
        raise ValueError
    return written.decode()


def _parts_of(text: str) -> SplitResult:
    """What an address is made of. What is wrong is told in our words: Python's quote a piece of the password.

    With a bare `/`, `?` or `#` in it the address ends too early, and we would call its user and not its host.
    """
    try:
        parts = urlsplit(text)
        # The hosts of a cluster have a port each, which are not ours to read.
        is_sound = "," in parts.netloc.rpartition("@")[2] or parts.port != 0
    except ValueError:
        is_sound = False
    if not is_sound or "@" in f"{parts.path}{parts.query}{parts.fragment}":
        raise ValueError(
            "its host and port cannot be read; write special characters of user and password percent-encoded: / is %2F"
        )
    return parts


def as_database(text: str) -> dict[str, Any]:
    """Django's connection dictionary, with only what the address itself says."""
    # A relative path, or none for a database in memory, could mean another database in each process. An absolute one
    # may hold everything that would cut an address in two.
    is_file = re.match("sqlite:////+[^/?#]", text)
    if not is_file and (text.startswith("sqlite:") or _parts_of(text).scheme not in ("postgres", "postgresql")):
        raise ValueError("write postgresql://user:password@host/name or sqlite:////absolute/path")
    database: dict[str, Any] = environ.Env.db_url_config(text)
    if not database["NAME"]:
        raise ValueError("the name of the database is missing at the end of the address")
    # libpq's spelling of a folder with a socket: %2Fvar%2Frun%2Fpostgresql.
    database["HOST"] = unquote(database.get("HOST", ""))
    return database


def as_broker(text: str) -> str:
    if _parts_of(text).scheme in ("filesystem", "memory"):
        return text
    return _as_redis(text, "write redis://host:6379/0, or leave it out to use files in DATA_DIR")


def as_redis(text: str) -> str:
    return _as_redis(text, "write redis://host:6379/1, or leave it out to use the database")


def _as_redis(text: str, instead: str) -> str:
    parts = _parts_of(text)
    is_numbered = re.fullmatch("(/[0-9]*)?", parts.path)
    if parts.scheme not in ("redis", "rediss") or not parts.hostname or not is_numbered:
        raise ValueError(instead)
    if re.search("[,;]", text):
        # Celery or Django would take it apart there.
        raise ValueError("write a single address, and in its password , as %2C and ; as %3B")
    return text if parts.scheme == "redis" else _with_certificate(parts)


def _with_certificate(parts: SplitResult) -> str:
    """Celery takes any certificate unless the address asks for a good one; in this spelling the cache knows it too."""
    asked = dict(parse_qsl(parts.query)).get("ssl_cert_reqs")
    if asked and asked not in ("required", "optional", "none"):
        raise ValueError("write ssl_cert_reqs=required, optional or none")
    return (parts if asked else parts._replace(query=f"{parts.query}&ssl_cert_reqs=required".lstrip("&"))).geturl()


def as_sender(text: str) -> str:
    """What the From of an email can say."""
    try:
        written = sanitize_address(text, "utf-8")
    except ValueError:
        written = ""
    if "@" not in written:
        raise ValueError('write no-reply@example.com or "Name" <no-reply@example.com>')
    return text


def as_mail_server(text: str) -> dict[str, Any]:
    """Django's EMAIL_* settings. `smtps` is refused: some read it as STARTTLS, some as TLS from the start."""
    parts = _parts_of(text)
    if parts.scheme not in DEFAULT_SMTP_PORTS or not parts.hostname:
        raise ValueError("write smtp://host, smtp+tls://user:password@host or smtp+ssl://user:password@host")
    found = environ.Env.email_url_config(text)
    return {
        "EMAIL_BACKEND": "notifications.smtp.EmailBackend",
        "EMAIL_HOST": found["EMAIL_HOST"],
        "EMAIL_PORT": found["EMAIL_PORT"] or DEFAULT_SMTP_PORTS[parts.scheme],
        "EMAIL_HOST_USER": found["EMAIL_HOST_USER"] or "",
        "EMAIL_HOST_PASSWORD": found["EMAIL_HOST_PASSWORD"] or "",
        "EMAIL_USE_TLS": found.get("EMAIL_USE_TLS", False),
        "EMAIL_USE_SSL": found.get("EMAIL_USE_SSL", False),
    }


def kept_secret(path: Path) -> str:
    """The secret in `path`, made at the first call and readable by its owner only (mode 0600).

    Linking a finished file into place makes processes that start together agree on one secret.
    """
    if not path.exists():
        descriptor, unfinished = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(64))
        try:
            os.link(unfinished, path)
        except FileExistsError:
            pass
        finally:
            os.unlink(unfinished)
    return path.read_text().strip()
