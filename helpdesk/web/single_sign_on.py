"""Signing in through an identity provider: there, back, and in."""

import logging

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from helpdesk.desk import challenges, second_factor, sign_in, single_sign_on
from helpdesk.desk.single_sign_on import ProviderRefused
from helpdesk.models.agent import Agent
from helpdesk.models.sign_in import ChallengeKind, SignInChallenge
from helpdesk.storage.vault import SecretUnreadable
from helpdesk.web import provider
from helpdesk.web.auth import browser, db, own_path, public, runtime, without_database
from helpdesk.web.sign_in import browser_name

bp = Blueprint("single_sign_on", __name__)
log = logging.getLogger(__name__)


@bp.post("/sign-in/single/departure")
@public
def depart() -> ResponseReturnValue:
    """A page that leads to the provider: a form may lead nowhere else, says our own content policy."""
    chosen = single_sign_on.of(db())
    if not chosen.is_on:
        return redirect(url_for("sign_in.show"), code=303)
    kind = ChallengeKind.SINGLE_SIGN_ON_AGAIN if g.login else ChallengeKind.SINGLE_SIGN_ON
    _forget_others(kind)
    made = challenges.make(db(), kind, browser().secret, next_path=own_path(request.form.get("next", "/")))
    asked = single_sign_on.question(runtime().vault, made)
    way = single_sign_on.way_there(chosen, asked, return_url=_return_url(), again=g.login is not None)
    return render_template("sign_in/departure.html", way=way, name=chosen.name)


@bp.get(single_sign_on.RETURN_PATH)
@public
def arrive() -> ResponseReturnValue:
    """Looking changes nothing: the answer waits in a form, which scripts send at once."""
    code, state = (request.args.get(name, "")[:4000] for name in ("code", "state"))
    if not code or not state:
        return redirect(url_for("sign_in.show", said="single"))
    return render_template("sign_in/arrival.html", code=code, state=state)


@bp.post("/sign-in/single")
@public
@without_database
def enter() -> ResponseReturnValue:
    """The provider is asked between two transactions, never within one."""
    try:
        challenge, agent_id = _vouched_for()
    except (ProviderRefused, SecretUnreadable) as refused:
        log.warning("single sign-on let nobody in: %s", refused)
        with runtime().db.transaction() as session:
            sign_in.refused(session)
        return redirect(url_for("sign_in.show", said="single"), code=303)
    with runtime().db.transaction() as session:
        agent = session.get_one(Agent, agent_id)
        owes = second_factor.ways(session, agent).any
        before = sign_in.current(session, browser().secret)
        if before is not None:
            sign_in.end(session, before)
        sign_in.start(session, agent, browser().renew(), browser=browser_name(), awaits_second_step=owes)
    if owes:
        return redirect(url_for("sign_in.second_step", next=challenge.next_path), code=303)
    return redirect(own_path(challenge.next_path), code=303)


def _vouched_for() -> tuple[SignInChallenge, int]:
    """The question that was answered, and the agent the provider vouches for. Raises ProviderRefused."""
    here, given = runtime(), request.form
    with here.db.transaction() as session:
        chosen, challenge = single_sign_on.of(session), _taken(session)
    if challenge is None or not chosen.is_on:
        raise ProviderRefused("nothing was asked, or too long ago")
    asked = single_sign_on.question(here.vault, challenge)
    if not single_sign_on.is_answer_to(asked, given.get("state", "")):
        raise ProviderRefused("it answers another question")
    form = single_sign_on.exchange(chosen, asked, given.get("code", ""), return_url=_return_url())
    secret = single_sign_on.secret_of(here.vault, chosen)
    tokens = provider.exchange(chosen.token_endpoint, form, client_id=chosen.client_id, secret=secret)
    keys = provider.fetch(chosen.jwks_uri)
    said = single_sign_on.claims(chosen, asked, tokens.get("id_token"), keys, kind=challenge.kind)
    with here.db.transaction() as session:
        return challenge, single_sign_on.agent_of(session, chosen, said).id


def _taken(session: Session) -> SignInChallenge | None:
    kinds = (ChallengeKind.SINGLE_SIGN_ON, ChallengeKind.SINGLE_SIGN_ON_AGAIN)
    return next((one for kind in kinds if (one := challenges.take(session, kind, browser().secret))), None)


def _forget_others(kind: ChallengeKind) -> None:
    """One journey at a time: a browser that left twice comes back from the later one."""
    other = {ChallengeKind.SINGLE_SIGN_ON, ChallengeKind.SINGLE_SIGN_ON_AGAIN} - {kind}
    challenges.take(db(), other.pop(), browser().secret)


def _return_url() -> str:
    return runtime().config.desk.base_url.rstrip("/") + single_sign_on.RETURN_PATH
