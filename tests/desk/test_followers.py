"""Following and mentioning: who is told of what, never somebody who may not read the ticket, by mail a link alone."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.config import Desk as Named
from helpdesk.desk import compose, followers, mentions, notices, outbox, places, search, tickets
from helpdesk.desk.mentions import Offered
from helpdesk.desk.notices import Told
from helpdesk.mail.outbound import NotComposed, OutgoingEmail
from helpdesk.models.access_grant import Purpose as GrantPurpose
from helpdesk.models.access_grant import Scope
from helpdesk.models.agent import Agent, Team
from helpdesk.models.notice import Notice, NoticeKind
from helpdesk.models.outbound_email import OutboundEmail, Purpose
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import grants, settings
from helpdesk.privacy.access import AccessDenied
from helpdesk.privacy.grants import Wish
from helpdesk.storage.vault import Vault
from tests.world import a_team, a_ticket, an_admin, an_agent


@pytest.fixture
def ada(session: Session, team: Team) -> Agent:
    return an_agent(session, team, name="Ada Fischer")


@pytest.fixture
def ben(session: Session, team: Team) -> Agent:
    return an_agent(session, team, name="Ben Ada Roth")


def told(session: Session, agent: Agent) -> list[NoticeKind]:
    return list(session.scalars(select(Notice.kind).where(Notice.agent_id == agent.id).order_by(Notice.id)))


def letters(session: Session) -> list[OutboundEmail]:
    return list(session.scalars(select(OutboundEmail).where(OutboundEmail.purpose == Purpose.TICKET_NOTICE)))


def composed(session: Session, letter: OutboundEmail) -> OutgoingEmail:
    claimed = outbox.claim(session, letter.id)
    assert claimed is not None
    return compose.email(session, claimed, desk=Named(base_url="https://desk.example"), vault=Vault(bytes(32)))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("@Ada Fischer look", ["Ada Fischer"]),
        ("(@ada) look, @BEN  ada\nroth!", ["Ada Fischer", "Ben Ada Roth"]),
        ("ada@fischer.example, x@Ada, @Adam, @Kims", []),
        ("@Kim and @Kim Li", ["Kim Li"]),
        ("@ alone", []),
    ],
)
def test_a_name_is_meant_by_the_whole_of_it_or_by_a_first_word_that_only_one_has(text: str, meant: list[str]):
    people = [
        Agent(name=name, email=f"{at}@desk.example")
        for at, name in enumerate(["Ada Fischer", "Ben Ada Roth", "Kim Li", "Kim Berg"])
    ]

    assert [one.name for one in mentions.named(text, people)] == meant


def test_who_is_further_away_is_meant_by_the_whole_of_a_name_alone():
    near, far = Agent(name="Otto Berg", email="a@desk.example"), Agent(name="Otto Klein", email="b@desk.example")

    assert mentions.named("@otto and @klein", [near], in_full=[far]) == [near]
    assert mentions.named("@Otto Klein", [near], in_full=[far]) == [far]


def test_who_is_mentioned_follows_the_ticket_and_is_told_once_by_mail_with_a_link_alone(
    session: Session, ticket: Ticket, ada: Agent, ben: Agent
):
    tickets.note(session, ticket, "The secret is under the lamp, @Ben", by=ada)

    assert told(session, ben) == [NoticeKind.MENTION]
    assert [one.id for one in followers.of_ticket(session, ticket)] == [ben.id]
    (letter,) = letters(session)
    email = composed(session, letter)
    assert f"https://desk.example/tickets/{ticket.number}" in email.text
    assert "secret" not in email.text + email.subject + (email.html or "")


def test_who_may_not_read_the_ticket_is_called_by_its_number_and_is_no_follower(
    session: Session, ticket: Ticket, ada: Agent, ben: Agent
):
    otto, root = an_agent(session, a_team(session), name="Otto Klein"), an_admin(session)

    tickets.note(session, ticket, f"The lamp is broken, @Otto Klein and @{root.name}, and @ada", by=ada)
    tickets.note(session, ticket, "@Otto Klein once more", by=ada)

    assert (told(session, otto), told(session, root)) == ([NoticeKind.CALLED], [NoticeKind.CALLED])
    assert list(followers.of_ticket(session, ticket)) == []
    assert (notices.unseen(session, otto), len(notices.latest(session, otto))) == (1, 1)
    assert search.search(session, "is:mentioned", by=otto).tickets == []
    for letter in letters(session):
        email = composed(session, letter)
        assert f"#{ticket.number}, which you may not read yet" in email.text
        assert "https://desk.example/notices/" in email.text
        assert not any(word in email.text for word in ("lamp", ada.name, "/tickets/"))


def test_who_was_called_is_led_to_the_ticket_once_they_may_read_it_and_hears_nothing_when_disabled(
    session: Session, ticket: Ticket, ada: Agent
):
    otto, rolf = (an_agent(session, a_team(session), name=name) for name in ("Otto Klein", "Rolf Maas"))
    tickets.note(session, ticket, "@Otto Klein @Rolf Maas", by=ada)
    wish = Wish(Scope.TICKET, ticket.id, GrantPurpose.ANSWER, "Ada asked me", 60)
    grants.break_glass(session, wish, by=otto)
    rolf.is_disabled = True
    session.flush()

    to_otto, to_rolf = letters(session)

    assert f"https://desk.example/tickets/{ticket.number}" in composed(session, to_otto).text
    assert {one.id for one in search.search(session, "is:mentioned", by=otto).tickets} == {ticket.id}
    with pytest.raises(NotComposed):
        composed(session, to_rolf)
    assert notices.unseen(session, rolf) == 0


def test_who_does_not_hear_of_mentions_is_not_called_either(session: Session, ticket: Ticket, ada: Agent):
    otto = an_agent(session, a_team(session), name="Otto Klein")
    settings.change_own(session, Told(bell=("assigned",)), by=otto)

    tickets.note(session, ticket, "@Otto Klein", by=ada)

    assert told(session, otto) == []


def test_who_may_read_the_ticket_is_offered_first_and_others_after_two_letters(
    session: Session, ticket: Ticket, ada: Agent, ben: Agent
):
    root = an_admin(session)
    otto = an_agent(session, a_team(session), name="Otto Benning")

    assert mentions.offered(session, ticket, "", by=ada) == Offered([ben.name], [])
    assert mentions.offered(session, ticket, "b", by=ada) == Offered([ben.name], [])
    assert mentions.offered(session, ticket, "be", by=ada) == Offered([ben.name], [otto.name])
    for refused in (
        lambda: mentions.offered(session, ticket, "", by=root),
        lambda: followers.follow(session, ticket, by=root),
    ):
        with pytest.raises(AccessDenied):
            refused()


def test_a_notice_does_not_leave_once_its_agent_may_not_read_the_ticket_any_more(
    session: Session, ticket: Ticket, ada: Agent, ben: Agent
):
    tickets.note(session, ticket, "@Ben look", by=ada)
    places.move(session, ticket, a_team(session), by=ada)
    session.flush()

    (letter,) = letters(session)
    with pytest.raises(NotComposed):
        composed(session, letter)
    assert notices.unseen(session, ben) == 0


def test_followers_and_the_tickets_agent_hear_of_a_note_and_of_an_assignment_as_they_chose(
    session: Session, ticket: Ticket, ada: Agent, ben: Agent, team: Team
):
    cleo = an_agent(session, team, name="Cleo Maar")
    followers.follow(session, ticket, by=cleo)
    followers.follow(session, ticket, by=cleo)
    settings.change_own(session, Told(bell=("assigned",), mail=("assigned",)), by=ada)
    tickets.assign(session, ticket, ada, by=ben)
    tickets.assign(session, ticket, ben, by=ben)

    tickets.note(session, ticket, "He called twice.", by=ada)
    tickets.note(session, ticket, "And again.", by=ada)

    assert told(session, ada) == [NoticeKind.ASSIGNED]
    assert told(session, ben) == [NoticeKind.NEWS]
    assert told(session, cleo) == [NoticeKind.NEWS]
    assert len(letters(session)) == 1
    followers.unfollow(session, ticket, by=cleo)
    notices.see_all(session, cleo)
    tickets.note(session, ticket, "Thrice.", by=ada)
    assert notices.unseen(session, cleo) == 0


def test_what_one_follows_and_where_one_is_mentioned_is_found(
    session: Session, ticket: Ticket, ada: Agent, ben: Agent, team: Team
):
    other = a_ticket(session, team)
    tickets.note(session, ticket, "@Ben look", by=ada)
    followers.follow(session, other, by=ben)

    found = {
        typed: {one.id for one in search.search(session, typed, by=ben).tickets}
        for typed in ("is:mentioned", "is:followed")
    }

    assert found == {"is:mentioned": {ticket.id}, "is:followed": {ticket.id, other.id}}
    assert search.search(session, "is:mentioned", by=ada).tickets == []
