"""`helpdesk grant`: permission to read, asked for, looked at and ended at the command line; shows no content."""

from collections.abc import Iterator

import click
from sqlalchemy.orm import Session

from helpdesk.cli.errors import Failed, WrongUse
from helpdesk.cli.identity import identified
from helpdesk.cli.place import Place, pass_place
from helpdesk.desk import permissions
from helpdesk.models.access_grant import AccessGrant, Purpose, Scope
from helpdesk.models.agent import Agent
from helpdesk.privacy import grants
from helpdesk.privacy.grants import GrantRefused, Wish

PURPOSES = click.Choice([purpose.value for purpose in Purpose])
AS = click.option("--as", "email", required=True, help="Your address on this desk; your password is asked for.")
_NUMBER = click.IntRange(min=1)
_REASON = click.option("--reason", required=True, help="In your words: the person whose data it is will read them.")
_HOURS = click.option("--hours", type=_NUMBER, default=24, show_default=True)


@click.group()
def grant() -> None:
    """Permission to read: ask for it, look at it, go on, give it back. Break-glass is for the browser alone."""


@grant.command()
@click.option("--ticket", "ticket_id", type=_NUMBER)
@click.option("--customer", "customer_id", type=_NUMBER, help="All tickets of one customer, by number.")
@click.option("--team", "team_id", type=_NUMBER, help="All tickets of one team, by number.")
@click.option("--desk", "is_desk", is_flag=True, help="Every ticket.")
@AS
@click.option("--purpose", type=PURPOSES, required=True)
@_REASON
@_HOURS
@pass_place
def ask(  # noqa: PLR0913  a wish has these
    place: Place,
    *,
    ticket_id: int | None,
    customer_id: int | None,
    team_id: int | None,
    is_desk: bool,
    email: str,
    purpose: str,
    reason: str,
    hours: int,
) -> None:
    """Ask for permission. The answer is the same whether there is such a thing or not."""
    named = [
        (scope, number)
        for scope, number in ((Scope.TICKET, ticket_id), (Scope.CUSTOMER, customer_id), (Scope.TEAM, team_id))
        if number is not None
    ]
    wanted: list[tuple[Scope, int | None]] = [*named, *([(Scope.DESK, None)] if is_desk else [])]
    if len(wanted) != 1:
        raise WrongUse("say what you want to read: one of --ticket, --customer, --team, --desk")
    put(place, email, Wish(*wanted[0], Purpose(purpose), reason, hours * 60))
    click.echo("Asked. 'helpdesk grant list' shows the answer.")


@grant.command("list")
@AS
@pass_place
def show(place: Place, *, email: str) -> None:
    """Show your permissions; who may decide sees what waits and what is live, too."""
    with place.desk() as here:
        agent_id = identified(here, email)
        with here.db.reading() as session:
            by = session.get_one(Agent, agent_id)
            for title, listed in (
                ("yours", permissions.of_agent(session, by)),
                ("waiting for a decision", permissions.to_decide(session, by)),
                ("live, of colleagues", permissions.live(session, by)),
            ):
                click.echo("\n".join(_lines(session, title, list(listed))))


@grant.command()
@click.argument("grant_id", metavar="GRANT", type=_NUMBER)
@AS
@_REASON
@_HOURS
@pass_place
def extend(place: Place, *, grant_id: int, email: str, reason: str, hours: int) -> None:
    """Ask to go on: a new permission for the same, decided like the first."""
    with place.desk() as here:
        agent_id = identified(here, email)
        try:
            with here.db.transaction() as session:
                by = session.get_one(Agent, agent_id)
                made = permissions.extend(
                    session, here.vault, _find(session, grant_id, by), reason, hours * 60, by=by
                )
        except GrantRefused as refused:
            raise Failed(str(refused)) from None
    click.echo(f"Asked, as permission {made.id}; {grant_id} ends when it did.")


@grant.command()
@click.argument("grant_id", metavar="GRANT", type=_NUMBER)
@AS
@pass_place
def end(place: Place, *, grant_id: int, email: str) -> None:
    """Give your own permission back; who may grant revokes that of others. At once, and harmless twice."""
    with place.desk() as here:
        agent_id = identified(here, email)
        try:
            with here.db.transaction() as session:
                by = session.get_one(Agent, agent_id)
                found = _find(session, grant_id, by)
                grants.end(session, found, by=by)
        except GrantRefused as refused:
            raise Failed(str(refused)) from None
    click.echo(f"Permission {grant_id}: {found.state.value}.")


def put(place: Place, email: str, wish: Wish) -> None:
    """Identify who asks, and ask. Raises Failed for what can't be granted."""
    with place.desk() as here:
        agent_id = identified(here, email)
        try:
            with here.db.transaction() as session:
                permissions.ask_unseen(session, here.vault, wish, by=session.get_one(Agent, agent_id))
        except GrantRefused as refused:
            raise Failed(str(refused)) from None


def _find(session: Session, grant_id: int, by: Agent) -> AccessGrant:
    found = permissions.find(session, grant_id, by=by)
    if found is None:
        raise GrantRefused("there is no such permission of yours")
    return found


def _lines(session: Session, title: str, listed: list[AccessGrant]) -> Iterator[str]:
    yield f"{title}:" if listed else f"{title}: none"
    holders = permissions.holders(session, listed)
    for one in listed:
        what = one.scope.value + (f" {one.scope_id}" if one.scope_id else "")
        until = one.expires_at or one.lapses_at
        state = grants.state_now(one).value
        yield f"  {one.id}  {what}  {state}  until {until:%Y-%m-%d %H:%M} UTC  {holders[one.agent_id].email}"
