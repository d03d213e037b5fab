"""Random worlds: on no path is content obtained without a basis, and each obtaining is on the trail.

An oracle in plain Python says who may obtain what (oracle.py). HELPDESK_WORLDS=200 looks at so many worlds,
HELPDESK_WORLD=17 at one. Here are the pages; the stream, the commands, the mail and the jobs: test_other_ways.py.
"""

from random import Random

from flask import Flask

from tests.web.browser import Browser
from tests.worlds.looking import Look, days_later, signed_in
from tests.worlds.making import WORD
from tests.worlds.oracle import State, tickets_linked

# by these clicks, and by no others, somebody may come to a basis for a ticket they could not read before
GAINS = {
    "grants.ask",  # break-glass: reviewed, and the customer is told
    "grants.approve",  # the other person's; one's own is refused
    "tickets.state_purpose",
    "tickets.assign",  # makes it theirs whose scope is "mine"; only a member of the team
    "waiting.rule",
    "agents.change",
    "agents.disable",
    "teams.choose_members",
    "roles.change",
}


def test_nothing_is_obtained_without_a_basis_and_all_that_is_stands_on_the_trail(
    look: Look, app: Flask, random: Random
):
    for days, agents in ((0, 1), (random.choice((0.5, 2, 12)), 1)):
        with days_later(days):
            look.state = State(look.here.db, look.made)
            first = look.made.agents[:1] if not days else []
            for who in [*first, *random.sample(look.made.agents[1:], agents), None]:
                read_everything(look, app, who, random)
    with days_later(0.01):
        change_everything(look, app, random.choice(look.made.agents))

    assert not look.wrong, "\n".join(look.wrong[:20])
    assert look.obtained


def read_everything(look: Look, app: Flask, who: str | None, random: Random) -> None:
    browser = signed_in(app, who)
    for rule in look.asker.routes("GET"):
        for url in look.asker.addresses(rule, 2 if who else 1):
            look.judge(who, look.asker.ask(browser, "GET", rule, url), look.state)
    if who is not None:
        search_for_each_word(look, browser, who, random)


def search_for_each_word(look: Look, browser: Browser, who: str, random: Random) -> None:
    """A search tells by finding: what is found by a word must be readable, not only visible."""
    readable = look.state.readable_tickets(who)
    for mark in random.sample(sorted(look.state.pieces), 6):
        found = tickets_linked(browser.get(f"/search?q={mark}").text)
        if not found <= readable:
            look.wrong.append(f"{who} finds {sorted(found - readable)} by {mark}, a word they may not read")
    if not readable and tickets_linked(browser.get(f"/search?q={WORD}").text):
        look.wrong.append(f"{who} finds tickets by {WORD}, and may read none")


def change_everything(look: Look, app: Flask, who: str) -> None:
    """Every form, sent with rows of all kinds; what comes back is held against before and after."""
    browser = signed_in(app, who)
    before = State(look.here.db, look.made)
    for rule in look.asker.routes("POST"):
        for url in look.asker.addresses(rule, 1):
            asked = look.asker.ask(browser, "POST", rule, url)
            after = State(look.here.db, look.made)
            look.judge(who, asked, before, after)
            gained = after.readable_tickets(who) - before.readable_tickets(who)
            if gained & set(look.made.tickets) and rule.endpoint not in GAINS:
                look.wrong.append(f"{who} POST {url} ({asked.status}) opens tickets {sorted(gained)} to its sender")
            before = after
