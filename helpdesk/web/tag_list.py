"""The desk's tags, in the settings: counted, renamed, made one, retired."""

from typing import Final

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from helpdesk.desk import tag_list
from helpdesk.desk.lengths import TooLong
from helpdesk.desk.tickets import LONGEST_TAG, Empty
from helpdesk.models.role import Permission
from helpdesk.models.tag import Tag
from helpdesk.storage.folding import folded
from helpdesk.web import settings
from helpdesk.web.auth import agent, db
from helpdesk.web.errors import NotVisible
from helpdesk.web.language import _
from helpdesk.web.sent_back import beside, too_long

bp = Blueprint("tag_list", __name__)

_SHOWN: Final = 50


@bp.get("/settings/tags")
def index() -> ResponseReturnValue:
    settings.must(Permission.SETUP)
    return _page()


@bp.post("/settings/tags/<int:tag_id>/name")
def rename(tag_id: int) -> ResponseReturnValue:
    tag = _find(tag_id)
    try:
        tag_list.rename(db(), tag, request.form.get("name", ""), by=agent())
    except Empty:
        return _page(beside("name", _("A tag needs a name.")))
    except tag_list.TagKnown:
        return _page(beside("name", _("There is another tag of this name. Make the two one instead.")))
    except TooLong as error:
        return _page(too_long(error))
    return settings.saved(".index")


@bp.post("/settings/tags/<int:tag_id>/merge")
def merge(tag_id: int) -> ResponseReturnValue:
    tag, name = _find(tag_id), " ".join(request.form.get("into", "").split())
    into = tag_list.named(db(), name)
    if name and into is None:
        return _page(beside("into", _("There is no tag called %(name)s.", name=name[:LONGEST_TAG])))
    if into is None or into is tag:
        return _page(beside("into", _("Choose another tag, which stays.")))
    tag_list.merge(db(), tag, into, by=agent())
    return settings.saved(".index")


@bp.post("/settings/tags/<int:tag_id>/retirement")
def retire(tag_id: int) -> ResponseReturnValue:
    tag_list.retire(db(), _find(tag_id), by=agent(), is_retired="back" not in request.form)
    return settings.saved(".index")


def _find(tag_id: int) -> Tag:
    settings.must(Permission.SETUP)
    tag = db().get(Tag, tag_id)
    if tag is None:
        raise NotVisible("tag", tag_id)
    return tag


def _page(wrong: str = "") -> ResponseReturnValue:
    words, every = " ".join(request.args.get("q", "").split()), tag_list.listed(db(), by=agent())
    found = [used for used in every if folded(words) in folded(used.tag.name)]
    return settings.page(
        "tag_list/index.html", "tag_list.index", 422 if wrong else 200, wrong=wrong, q=words,
        tags=found[:_SHOWN], found=len(found), every=[used.tag for used in every],
    )  # fmt: skip
