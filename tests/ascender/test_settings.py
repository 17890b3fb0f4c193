"""What the environment makes of the settings, and what it is told when it is wrong."""

from __future__ import annotations

import re
import ssl
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec, module_from_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.core.cache.backends.redis import RedisCache
from django.core.exceptions import ImproperlyConfigured
from django.core.mail.message import sanitize_address
from django.test import Client
from kombu import Connection
from redis.connection import ConnectionPool, SSLConnection

from ascender.environment import Environment, as_flag, kept_secret
from notifications.letters import message_id

SettingsWith = Callable[..., dict[str, Any]]
POSTGRESQL = "postgresql://ascender:hush@db.example:5433/ascender"
ENV_EXAMPLE = Path(__file__).parents[2] / ".env.example"
NAMES = re.findall(r"^([A-Z_]+)=", ENV_EXAMPLE.read_text(), re.MULTILINE)


@pytest.fixture
def settings_with(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> SettingsWith:
    """The settings of an installation with this environment and no other, read anew."""

    def read(**environment: str) -> dict[str, Any]:
        for name in NAMES:
            monkeypatch.setenv(name, "")
        for name, text in ({"DATA_DIR": str(tmp_path / "data")} | environment).items():
            monkeypatch.setenv(name, text)
        spec = find_spec("ascender.settings")
        assert spec is not None
        assert spec.loader is not None
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        return vars(module)

    return read


def test_every_fault_is_told_at_once_and_each_says_what_to_write(settings_with: SettingsWith) -> None:
    with pytest.raises(ImproperlyConfigured) as refusal:
        settings_with(PORT="80000", SITE_URL="ftp://here", DEBUG="perhaps", EMAIL_TIMEOUT="0", LOG_LEVEL="loud")
    told = str(refusal.value)
    assert told.count("\n  - ") == 5
    for name in ("PORT", "SITE_URL", "DEBUG", "EMAIL_TIMEOUT", "LOG_LEVEL"):
        assert re.search(rf"- {name}='.*': write ", told), name


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("DATABASE_URL", "mysql://root:hush@db.example/ascender"),
        ("DATABASE_URL", "postgresql://ascender:hush@db.example"),
        ("CELERY_BROKER_URL", "amqp://guest:hush@queue.example//"),
        ("CACHE_URL", "memcached://u:hush@cache.example"),
        # Read as STARTTLS by some programs and as TLS from the start by others.
        ("EMAIL_URL", "smtps://u:hush@mail.example"),
        ("EMAIL_URL", "smtp://"),
        ("SITE_URL", "https://ascender.example/app"),
    ],
)
def test_an_address_that_cannot_work_is_refused_without_its_password(
    settings_with: SettingsWith, name: str, address: str
) -> None:
    with pytest.raises(ImproperlyConfigured, match=name) as refusal:
        settings_with(**{name: address})
    assert "hush" not in str(refusal.value)


@pytest.mark.parametrize(
    ("name", "scheme"),
    [
        ("DATABASE_URL", "postgresql"),
        ("CELERY_BROKER_URL", "redis"),
        ("CACHE_URL", "rediss"),
        ("EMAIL_URL", "smtp+tls"),
    ],
)
@pytest.mark.parametrize(
    "password",
    # What precedes the sign may read as a port, and the user as the host.
    ["hu/sh", "hu?sh", "hu#sh", "hu[sh", "hu/s@h", "hu@s/h", "hu\N{CARE OF}sh", "12/sh", "12?sh", "12#sh"],
)
def test_a_password_that_would_be_cut_is_refused_and_no_piece_of_it_is_told(
    settings_with: SettingsWith, name: str, scheme: str, password: str
) -> None:
    with pytest.raises(
        ImproperlyConfigured, match=f"{name}='{re.escape(scheme)}://…@host.example/0': .*%2F"
    ) as refusal:
        settings_with(**{name: f"{scheme}://me:{password}@host.example/0"})
    assert not [piece for piece in ("hu", "sh", "12") if piece in str(refusal.value).replace("host", "")]


@pytest.mark.parametrize("name", ["CELERY_BROKER_URL", "CACHE_URL"])
@pytest.mark.parametrize(
    "address",
    [
        "redis://:hush@/0",
        "redis:///0",
        "redis://:hu,sh@c.example",
        "redis://:hu;sh@c.example",
        "redis://c.example/abc",
        "redis://c.example/-1",
        "rediss://c.example/0/1",
    ],
)
def test_an_address_of_redis_names_one_host_and_a_number(settings_with: SettingsWith, name: str, address: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"{name}=.*: write ") as refusal:
        settings_with(**{name: address})
    assert "sh@" not in str(refusal.value)


@pytest.mark.parametrize(
    "address",
    [
        "smtps://me@mail.example:hush@mail.example",
        "me:hush@mail.example",
        "smtps://mail.example?password=hush",
        "smtp://me:hush",
        "smtp://me:hush/0",
        "smtp://:hush",
    ],
)
def test_however_an_address_is_wrong_its_password_is_not_told(settings_with: SettingsWith, address: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="EMAIL_URL") as refusal:
        settings_with(EMAIL_URL=address)
    assert "hush" not in str(refusal.value)


@pytest.mark.parametrize(
    "sender", ["Acme, Inc. <no-reply@acme.example>", "Acme", "no-reply@acme.example, me@acme.example"]
)
def test_a_sender_that_cannot_be_written_is_refused_at_the_start(settings_with: SettingsWith, sender: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"DEFAULT_FROM_EMAIL=.*: write "):
        settings_with(DEFAULT_FROM_EMAIL=sender)


def test_a_sender_with_a_comma_is_written_in_quotes(settings_with: SettingsWith) -> None:
    sender = '"Acme, Inc." <no-reply@acme.example>'
    assert settings_with(DEFAULT_FROM_EMAIL=sender)["DEFAULT_FROM_EMAIL"] == sender


def test_a_password_may_have_every_character_that_is_written_percent_encoded(settings_with: SettingsWith) -> None:
    password = "a/b@c#d?e[f,g;h:i%j"
    login = f"me:{quote(password, safe='')}"
    found = settings_with(
        DATABASE_URL=f"postgresql://{login}@db.example/ascender",
        SECRET_KEY="s" * 50,
        CELERY_BROKER_URL=f"redis://{login}@queue.example/0",
        EMAIL_URL=f"smtp+tls://{login}@mail.example",
    )
    assert found["DATABASES"]["default"]["PASSWORD"] == password
    assert found["EMAIL_HOST_PASSWORD"] == password
    assert Connection(found["CELERY_BROKER_URL"]).password == password
    assert (
        RedisCache(found["CACHES"]["default"]["LOCATION"], {})._cache.get_client().get_connection_kwargs()["password"]
        == password
    )


@pytest.mark.parametrize(("text", "meant"), [("true", True), ("1", True), ("ON", True), ("no", False), ("0", False)])
def test_a_flag_is_read_in_the_usual_words(text: str, meant: bool) -> None:
    assert as_flag(text) is meant


@pytest.mark.parametrize("name", ["KEEP_MESSAGES_DAYS", "KEEP_UPLOADS_DAYS"])
@pytest.mark.parametrize("days", ["0", "36501", "999999", "2000000000", str(10**12), "9" * 5000, "-300", "three"])
def test_days_that_no_calendar_can_go_back_are_refused(settings_with: SettingsWith, name: str, days: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=rf"{name}='{days}': write a number of days between \d+ and 36,500"):
        settings_with(**{name: days})


def test_a_century_of_days_may_be_kept(settings_with: SettingsWith) -> None:
    assert settings_with(KEEP_UPLOADS_DAYS="36500")["KEEP_UPLOADS_DAYS"] == 36_500


def test_a_folder_in_the_home_of_nobody_is_told_with_all_else(settings_with: SettingsWith) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"(?s)PORT=.*DATA_DIR='~nosuchuser/x': write "):
        settings_with(DATA_DIR="~nosuchuser/x", PORT="80000")


def test_a_folder_may_be_in_ones_home(
    settings_with: SettingsWith, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert settings_with(DATA_DIR="~/ascender")["DATA_DIR"] == tmp_path / "ascender"


def test_a_folder_that_cannot_be_made_is_named(settings_with: SettingsWith, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ImproperlyConfigured, match=r"DATA_DIR.*cannot be made"):
        settings_with(DATA_DIR=str(tmp_path / "file" / "data"))


# --- Secret


def test_the_embedded_default_makes_one_secret_that_only_its_owner_can_read(
    settings_with: SettingsWith, tmp_path: Path
) -> None:
    first = settings_with()["SECRET_KEY"]
    assert len(first) >= 64
    assert settings_with()["SECRET_KEY"] == first
    assert stat.S_IMODE((tmp_path / "data" / "secret_key").stat().st_mode) == 0o600


def test_processes_that_start_together_agree_on_the_secret(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(kept_secret, [tmp_path / "secret_key"] * 32))
    assert len(found) == 1
    assert "" not in found
    assert [file.name for file in tmp_path.iterdir()] == ["secret_key"]


def test_a_server_without_a_secret_does_not_start(settings_with: SettingsWith, tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY is missing"):
        settings_with(DATABASE_URL=POSTGRESQL)
    assert not (tmp_path / "data" / "secret_key").exists()


def test_the_demo_on_postgresql_makes_its_own_secret(settings_with: SettingsWith) -> None:
    assert settings_with(DATABASE_URL=POSTGRESQL, DEMO="true")["SECRET_KEY"]


# --- Site


def test_over_https_cookies_are_secure_and_http_is_left_for_good(settings_with: SettingsWith) -> None:
    found = settings_with(SITE_URL="https://ascender.example.com/")
    assert found["SITE_URL"] == "https://ascender.example.com"
    assert found["ALLOWED_HOSTS"] == ["ascender.example.com"]
    for name in ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT"):
        assert found[name] is True, name
    assert found["SECURE_HSTS_SECONDS"] == 365 * 24 * 3600
    assert found["SECURE_PROXY_SSL_HEADER"] == ("HTTP_X_FORWARDED_PROTO", "https")
    assert found["ALLAUTH_TRUSTED_PROXY_COUNT"] == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "site", "host", "sender"),
    [
        ("https://müller.example", "https://xn--mller-kva.example", "xn--mller-kva.example", "xn--mller-kva.example"),
        ("https://Müller.Example:8443/", "https://xn--mller-kva.example:8443", "xn--mller-kva.example", None),
        ("https://日本.example", "https://xn--wgv71a.example", "xn--wgv71a.example", None),
        ("https://Ascender.Example.", "https://ascender.example", "ascender.example", None),
        ("http://[2001:DB8::1]:8000", "http://[2001:db8::1]:8000", "[2001:db8::1]", "[IPv6:2001:db8::1]"),
        ("http://192.0.2.1:8000", "http://192.0.2.1:8000", "192.0.2.1", None),
    ],
)
def test_a_host_is_known_by_what_browsers_send(
    settings_with: SettingsWith, settings: Any, client: Client, address: str, site: str, host: str, sender: str | None
) -> None:
    found = settings_with(SITE_URL=address)
    assert (found["SITE_URL"], found["ALLOWED_HOSTS"], found["CSRF_TRUSTED_ORIGINS"]) == (site, [host], [site])
    assert found["DEFAULT_FROM_EMAIL"] == f"Ascender <no-reply@{sender or host}>"
    assert sanitize_address(found["DEFAULT_FROM_EMAIL"], "utf-8")
    settings.ALLOWED_HOSTS, settings.SITE_HOST = found["ALLOWED_HOSTS"], found["SITE_HOST"]
    assert client.get("/accounts/login/", headers={"host": site.partition("://")[2]}).status_code == 200
    assert message_id("assigned:1").endswith(f"@{host}>")


def test_ipv6_on_this_machine_is_this_machine(settings_with: SettingsWith) -> None:
    found = settings_with(SITE_URL="http://[::1]:8000")
    assert found["ALLOWED_HOSTS"] == ["127.0.0.1", "localhost", "[::1]"]
    assert found["DEFAULT_FROM_EMAIL"] == "Ascender <no-reply@ascender.example>"


@pytest.mark.parametrize(
    "address",
    [
        "https://host.example:99999",
        "https://host.example:0",
        "https://host.example:hush",
        "https://me:hush@host.example",
        "https://me@host.example",
        "https://host.example#here",
        "https://host.example?here",
        "https://under_score.example",  # Django answers no such host
        "https://host..example",
        "https://straße.example",  # another host in the IDNA that Python has than in browsers'
        "https://[::1",
        "https://[:::1:]",
        "https://2001:db8::1",
        "https://",
    ],
)
def test_what_no_browser_could_ask_for_is_refused(settings_with: SettingsWith, address: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"SITE_URL='.*': write an address of host and port") as refusal:
        settings_with(SITE_URL=address)
    assert "hush" not in str(refusal.value)


def test_over_http_nothing_is_believed_that_a_proxy_might_say(settings_with: SettingsWith) -> None:
    found = settings_with(PORT="8123")
    assert found["SITE_URL"] == "http://127.0.0.1:8123"
    assert "127.0.0.1" in found["ALLOWED_HOSTS"]
    for name in ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT", "SECURE_PROXY_SSL_HEADER"):
        assert not found[name], name
    assert found["SECURE_HSTS_SECONDS"] == 0
    assert found["ALLAUTH_TRUSTED_PROXY_COUNT"] == 0


def test_a_link_in_an_email_arrives_logged_in_and_a_foreign_form_does_not(settings_with: SettingsWith) -> None:
    found = settings_with()
    assert (found["SESSION_COOKIE_SAMESITE"], found["SESSION_COOKIE_HTTPONLY"]) == ("Lax", True)
    assert found["CSRF_COOKIE_SAMESITE"] == "Strict"


def test_debug_and_demo_are_off_unless_asked_for(settings_with: SettingsWith) -> None:
    found = settings_with()
    assert (found["DEBUG"], found["DEMO"]) == (False, False)


# --- Database, cache, broker


def test_sqlite_waits_for_its_turn_instead_of_failing(settings_with: SettingsWith, tmp_path: Path) -> None:
    database = settings_with()["DATABASES"]["default"]
    assert database["NAME"] == str(tmp_path / "data" / "ascender.sqlite3")
    assert database["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in database["OPTIONS"]["init_command"]
    assert database["OPTIONS"]["timeout"] >= 20


def test_postgresql_gives_up_on_foreign_locks_and_on_stuck_processes(settings_with: SettingsWith) -> None:
    database = settings_with(DATABASE_URL=POSTGRESQL, SECRET_KEY="s" * 50)["DATABASES"]["default"]
    assert (database["HOST"], database["PORT"], database["NAME"]) == ("db.example", 5433, "ascender")
    assert "lock_timeout=3000" in database["OPTIONS"]["options"]
    assert "idle_in_transaction_session_timeout=60000" in database["OPTIONS"]["options"]
    assert database["CONN_HEALTH_CHECKS"] is True


def test_what_the_address_of_the_database_says_beside_its_name_counts(settings_with: SettingsWith) -> None:
    address = (
        f"{POSTGRESQL}?sslmode=verify-full&sslrootcert=/etc/ssl/ca.pem&disable_server_side_cursors=True&conn_max_age=0"
    )
    database = settings_with(DATABASE_URL=address, SECRET_KEY="s" * 50)["DATABASES"]["default"]
    assert database["OPTIONS"]["sslmode"] == "verify-full"
    assert database["OPTIONS"]["sslrootcert"] == "/etc/ssl/ca.pem"
    assert "lock_timeout=3000" in database["OPTIONS"]["options"]
    assert (database["DISABLE_SERVER_SIDE_CURSORS"], database["CONN_MAX_AGE"]) == (True, 0)


def test_the_hosts_of_a_cluster_have_a_port_each(settings_with: SettingsWith) -> None:
    address = "postgresql://ascender:hush@a.example:5432,b.example:5433/ascender"
    database = settings_with(DATABASE_URL=address, SECRET_KEY="s" * 50)["DATABASES"]["default"]
    assert (database["HOST"], database["PORT"]) == ("a.example,b.example", "5432,5433")


@pytest.mark.parametrize(
    ("host", "folder", "port"),
    [("%2FUsers%2Fme%2Frun", "/Users/me/run", ""), ("%2Fvar%2Frun%2Fpostgresql:5433", "/var/run/postgresql", 5433)],
)
def test_a_socket_is_named_as_libpq_does(settings_with: SettingsWith, host: str, folder: str, port: int | str) -> None:
    address = f"postgresql://ascender@{host}/ascender"
    database = settings_with(DATABASE_URL=address, SECRET_KEY="s" * 50)["DATABASES"]["default"]
    assert (database["HOST"], database["PORT"], database["NAME"]) == (folder, port, "ascender")


def test_a_file_may_be_called_what_it_likes(settings_with: SettingsWith) -> None:
    found = settings_with(DATABASE_URL="sqlite:////srv/a@b/ascender.sqlite3")
    assert found["DATABASES"]["default"]["NAME"] == "/srv/a@b/ascender.sqlite3"


@pytest.mark.parametrize(
    "address",
    [
        "sqlite:",
        "sqlite://",
        "sqlite:///",
        "sqlite:////",
        "sqlite://:memory:",
        "sqlite:///:memory:",
        "sqlite:///ascender.sqlite3",
        "sqlite://srv/ascender.sqlite3",
        "sqlite:/srv/ascender.sqlite3",
    ],
)
def test_a_database_that_each_process_would_have_of_its_own_is_refused(
    settings_with: SettingsWith, address: str
) -> None:
    """In memory, or in a file that depends on where a process was started."""
    with pytest.raises(ImproperlyConfigured, match=r"DATABASE_URL='sqlite:.*': write .*sqlite:////absolute/path"):
        settings_with(DATABASE_URL=address)


def test_login_limits_are_shared_through_the_database_when_there_is_no_redis(settings_with: SettingsWith) -> None:
    cache = settings_with()["CACHES"]["default"]
    assert cache["BACKEND"].endswith("DatabaseCache")
    # With Django's own 300 a wave of attempts would make it forget whom it had locked out.
    assert cache["OPTIONS"]["MAX_ENTRIES"] >= 10_000


@pytest.mark.parametrize(
    ("environment", "location"),
    [
        ({"CELERY_BROKER_URL": "redis://queue.example:6379/0"}, "redis://queue.example:6379/0"),
        ({"CELERY_BROKER_URL": "redis://queue.example/0", "CACHE_URL": "redis://c.example/1"}, "redis://c.example/1"),
        ({"CACHE_URL": "redis://c.example/1"}, "redis://c.example/1"),
    ],
)
def test_the_cache_is_in_redis_where_there_is_one(
    settings_with: SettingsWith, environment: dict[str, str], location: str
) -> None:
    assert settings_with(**environment)["CACHES"]["default"]["LOCATION"] == location


@pytest.mark.parametrize(
    ("query", "asked", "authority"),
    [
        ("", ssl.CERT_REQUIRED, None),
        ("#fragment", ssl.CERT_REQUIRED, None),
        ("?ssl_ca_certs=/etc/ssl/our%20own.pem", ssl.CERT_REQUIRED, "/etc/ssl/our own.pem"),
        ("?ssl_cert_reqs=required&ssl_ca_certs=/etc/ssl/own.pem", ssl.CERT_REQUIRED, "/etc/ssl/own.pem"),
        ("?ssl_cert_reqs=none", ssl.CERT_NONE, None),
    ],
)
def test_a_redis_that_speaks_tls_shows_a_certificate_unless_its_address_says_otherwise(
    settings_with: SettingsWith, query: str, asked: ssl.VerifyMode, authority: str | None
) -> None:
    found = settings_with(CELERY_BROKER_URL=f"rediss://:hush@queue.example:6380/2{query}")
    transport = Connection(found["CELERY_BROKER_URL"], transport_options=found["BROKER_LISTENING"]).transport
    # Made without `__init__`, which would call.
    channel = transport.Channel.__new__(transport.Channel)
    channel.connection = transport
    for pool in (channel._get_pool(), ConnectionPool.from_url(found["CACHES"]["default"]["LOCATION"])):
        line = pool.make_connection()
        assert isinstance(line, SSLConnection)
        assert (line.host, line.port, line.db, line.password) == ("queue.example", 6380, 2, "hush")
        assert (line.cert_reqs, line.ca_certs, line.check_hostname) == (asked, authority, asked == ssl.CERT_REQUIRED)


def test_a_redis_without_tls_is_told_nothing_of_certificates(settings_with: SettingsWith) -> None:
    assert settings_with(CELERY_BROKER_URL="redis://queue.example/0")["CELERY_BROKER_URL"] == "redis://queue.example/0"


# Celery's own spelling makes Redis refuse the cache, and the other way round.
@pytest.mark.parametrize("word", ["CERT_REQUIRED", "REQUIRED", "yes"])
def test_a_word_that_celery_and_redis_do_not_both_know_is_refused(settings_with: SettingsWith, word: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"CELERY_BROKER_URL=.*: write ssl_cert_reqs=required"):
        settings_with(CELERY_BROKER_URL=f"rediss://queue.example/0?ssl_cert_reqs={word}")


def test_ringing_a_silent_redis_costs_a_fraction_of_a_second_and_is_not_repeated(settings_with: SettingsWith) -> None:
    found = settings_with(CELERY_BROKER_URL="redis://queue.example/0")
    assert found["CELERY_BROKER_TRANSPORT_OPTIONS"] == {"socket_connect_timeout": 0.2, "socket_timeout": 0.2}
    assert set(found["CELERY_TASK_PUBLISH_RETRY_POLICY"].values()) == {0}
    assert found["BROKER_LISTENING"]["socket_keepalive"] is True
    assert found["BROKER_LISTENING"]["visibility_timeout"] > found["CELERY_TASK_TIME_LIMIT"]


def test_a_sweep_that_waited_too_long_for_a_worker_is_dropped(settings_with: SettingsWith) -> None:
    (entry,) = settings_with()["CELERY_BEAT_SCHEDULE"].values()
    # A worker's clock may be ahead of beat's.
    assert entry["schedule"] == 5
    assert entry["options"]["expires"] == 60


# --- Mail


def test_without_a_mail_server_mail_goes_to_the_mailbox(settings_with: SettingsWith) -> None:
    found = settings_with()
    assert found["EMAIL_BACKEND"] == "ascender.mailbox.EmailBackend"
    assert found["EMAIL_TIMEOUT"] == 10


@pytest.mark.parametrize(
    ("address", "port", "starttls", "tls"),
    [
        ("smtp://mail.example", 25, False, False),
        ("smtp://mail.example:1025", 1025, False, False),
        ("smtp+tls://me:a%40b@mail.example", 587, True, False),
        ("smtp+tls://me@company.example:a@b@mail.example", 587, True, False),
        ("smtp+ssl://me:a%40b@mail.example", 465, False, True),
    ],
)
def test_a_mail_server_is_reached_as_its_address_says(
    settings_with: SettingsWith, address: str, port: int, starttls: bool, tls: bool
) -> None:
    found = settings_with(EMAIL_URL=address)
    assert (found["EMAIL_HOST"], found["EMAIL_PORT"]) == ("mail.example", port)
    assert (found["EMAIL_USE_TLS"], found["EMAIL_USE_SSL"]) == (starttls, tls)
    assert found["EMAIL_HOST_PASSWORD"] == ("a@b" if "@mail" in address else "")


# --- .env.example


def test_the_example_documents_every_setting_and_no_other(settings_with: SettingsWith) -> None:
    environment: Environment = settings_with()["environment"]
    assert sorted(NAMES) == sorted(environment.names)
