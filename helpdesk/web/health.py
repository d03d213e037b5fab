"""Whether this process answers, and which installation it is."""

import os

from flask import Blueprint
from flask.typing import ResponseReturnValue

from helpdesk.web.auth import public, without_database

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@public
@without_database
def show() -> ResponseReturnValue:
    return {"status": "ok", "instance": os.environ.get("HELPDESK_INSTANCE", "")}
