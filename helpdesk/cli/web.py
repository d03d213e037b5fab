"""`helpdesk web`: the desk's pages, served by gunicorn: this process watches, its children answer."""

import gc
import os
import socket
import threading
from typing import TYPE_CHECKING, Any

import click
from gunicorn.app.base import BaseApplication
from gunicorn.config import Config as GunicornConfig
from gunicorn.glogging import Logger
from gunicorn.http.message import Request
from werkzeug.middleware.proxy_fix import ProxyFix

from helpdesk import log, runtime
from helpdesk.cli.listening import listen
from helpdesk.cli.place import Place, pass_place
from helpdesk.config import Config
from helpdesk.web.app import create_app

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

# method, path without its query, status, bytes, microseconds: who asked is nobody's business
_ACCESS = "%(m)s %(U)s %(s)s %(B)s bytes %(D)s us"
_STREAM = "/events"
_MANY = 3  # requests at once in one process
_SECONDS_BETWEEN_REQUESTS = 75  # a proxy that keeps its connections for a minute never meets the end of one
_OBJECTS_A_COLLECTION = 50_000  # a page makes some ten thousand, nearly all of which go by themselves
_SECONDS_TO_FINISH = 5  # open event streams never finish by themselves


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), help="Instead of the configuration's.")
@pass_place
def web(place: Place, *, port: int | None) -> None:
    """Serve the desk's pages, until told to stop."""
    with place.desk() as here:
        _ = here.vault  # a missing key file is said now, not by the first page
    listener = listen(place.config.web.host, port or place.config.web.port)
    place.start_logging()
    gc.collect()
    gc.freeze()  # a collector that looks at every object would copy the memory that the children share
    Pages(place.config, listener).run()


class Pages(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn, set up from our configuration alone: no file, no environment, no command line of its own."""

    def __init__(self, config: Config, listener: socket.socket) -> None:
        self.config = config
        self.listener = listener
        super().__init__()

    def load_config(self) -> None:
        settings: GunicornConfig = self.cfg
        for name, value in {
            "bind": [f"fd://{self.listener.fileno()}"],
            "workers": self.config.web.processes,
            "worker_class": "gthread",
            "threads": self.config.web.threads,
            "timeout": 60,
            "graceful_timeout": _SECONDS_TO_FINISH,
            "keepalive": _SECONDS_BETWEEN_REQUESTS,
            **self._evened_out(),
            "accesslog": "-",
            "access_log_format": _ACCESS,
            "logger_class": Quiet,
            "loglevel": self.config.log.level,
            "control_socket_disable": True,
            "proc_name": "helpdesk web",
            "worker_tmp_dir": _memory_folder(),
        }.items():
            settings.set(name, value)

    def _evened_out(self) -> dict[str, Any]:
        load = Load()
        return {"pre_request": load.begins, "post_request": load.ends} if self.config.web.processes > 1 else {}

    def load(self) -> Any:  # noqa: ANN401  a WSGI application
        """In each child, after the fork: connections are never shared between processes."""
        here = runtime.assemble(self.config)
        runtime.use(here)
        app = behind(create_app(here), self.config.web.proxy_hops)
        gc.freeze()  # what stays for good is not looked at again and again
        gc.set_threshold(_OBJECTS_A_COLLECTION, 20, 50)
        return app


def behind(app: "WSGIApplication", hops: int) -> "WSGIApplication":
    """The application as so many proxies of ours pass requests on; without any, nobody's X-Forwarded is believed."""
    return ProxyFix(app, x_for=hops, x_proto=hops) if hops else app


class Load:
    """The requests that one process works on; one with more than a few ends the connections of those it answers.

    A connection belongs to the process that took it, as long as the browser keeps it, so that of eight one process
    could serve six and the other two. A new one is taken by the process that has time.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._now = 0

    def begins(self, _worker: object, request: Request) -> None:
        """As gunicorn calls it in the process, before a request is answered."""
        if request.path == _STREAM:  # it waits more than it works
            return
        with self._lock:
            self._now += 1
            is_much = self._now > _MANY
        if is_much:
            request.force_close()

    def ends(self, _worker: object, request: Request, _environ: object, _answer: object) -> None:
        """And after it."""
        if request.path != _STREAM:
            with self._lock:
                self._now -= 1


class Quiet(Logger):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's words through our JSON lines, which leave out addresses and secrets."""

    def setup(self, cfg: Any) -> None:  # noqa: ANN401  gunicorn's signature
        self.error_log.propagate = True
        self.access_log.propagate = True
        self.error_log.handlers = []
        self.access_log.handlers = []
        log.set_up(cfg.loglevel)

    def reopen_files(self) -> None:
        """There are none: logs go to standard error."""


def _memory_folder() -> str | None:
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108  a heartbeat that never waits for a disk
