"""The policy: what can be published, what holds when, and what a change must announce."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.models.promise import PolicyNotice, PromiseCheck, Standing
from helpdesk.privacy import policy, promises, publication
from helpdesk.privacy.policy import Mode, PolicyUnusable
from helpdesk.privacy.readers import Machine
from tests.world import a_customer, trail

RECENT = '[access]\nmode = "recent"\n'
TEAM = '[access]\nmode = "team"\n'
STRICT = '[access]\nmode = "strict"\n'
PROMISE = '[[promise]]\nid = "cookies"\nsentence = "No cookie for you."\n'


def test_the_first_policy_holds_at_once_and_the_same_text_again_changes_nothing(session: Session):
    first, again = publication.publish(session, TEAM), publication.publish(session, TEAM)

    assert first is again
    assert policy.current(session).access.mode is Mode.TEAM
    assert len(trail(session, "policy.publish")) == 1


def test_promising_less_to_people_who_wrote_is_announced_and_holds_after_the_notice(session: Session):
    publication.publish(session, RECENT)
    a_customer(session)

    version = publication.publish(session, TEAM)

    assert policy.current(session).access.mode is Mode.RECENT
    notice = publication.announced(session)
    assert notice is not None
    assert (notice.version_id, notice.is_loosening) == (version.id, True)
    with clock.stopped_at(clock.now() + publication.NOTICE + timedelta(seconds=1)):
        policy.forget(session)
        assert policy.current(session).access.mode is Mode.TEAM
        assert publication.announced(session) is None


def test_promising_less_where_nobody_wrote_yet_holds_at_once(session: Session):
    publication.publish(session, RECENT)
    publication.publish(session, TEAM)

    assert policy.current(session).access.mode is Mode.TEAM


def test_promising_more_holds_at_once_and_takes_the_place_of_what_was_announced(session: Session):
    publication.publish(session, RECENT)
    a_customer(session)
    publication.publish(session, TEAM)

    publication.publish(session, STRICT)

    assert publication.announced(session) is None
    with clock.stopped_at(clock.now() + 2 * publication.NOTICE):
        policy.forget(session)
        assert policy.current(session).access.mode is Mode.STRICT


@pytest.mark.parametrize(
    ("before", "after", "looser"),
    [
        ("[access]\nlongest_days = 7\n", "[access]\nlongest_days = 8\n", True),
        ("[access]\nlongest_days = 7\n", "[access]\nlongest_days = 6\n", False),
        ('[access]\napprover = "customer"\n', '[access]\napprover = "admin"\n', True),
        ("[access]\nshow_names_to_customers = true\n", "[access]\nshow_names_to_customers = false\n", True),
        (PROMISE, "", True),
        (PROMISE, PROMISE.replace("No cookie", "Few cookies"), True),
        (PROMISE, PROMISE + "offered = false\n", True),
        ("", PROMISE, False),
    ],
)
def test_what_promises_less(before: str, after: str, looser: bool):
    found = publication.changes(policy.understand(before), policy.understand(after))

    assert [change["looser"] for change in found] == [looser]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (PROMISE.replace("cookies", "no-such-check"), "there is no check 'no-such-check'"),
        (PROMISE + "parameters = { days = 3 }\n", "knows no parameter 'days'"),
        (PROMISE.replace("No cookie", "No {flour}"), "which nothing gives"),
        (PROMISE + PROMISE, "there twice"),
        (PROMISE + 'colour = "red"\n', "no key of a promise"),
        (PROMISE + 'check = "cookies"\noffered = false\n', "or offered = false"),
        ("[[promise]]\nid = 'backups'\nsentence = 'x'\nparameters = { backup_days = 'two' }\n", "must be like 1"),
        ("[promises]\n", "is no section of the policy"),
        ("[[promise]]\nid = 'Cookies!'\nsentence = 'x'\n", "id must be like"),
        ("[[promise]]\nid = 'cookies'\n", "its sentence is missing"),
    ],
)
def test_what_cannot_be_published_is_refused_with_the_reason(session: Session, body: str, said: str):
    with pytest.raises(PolicyUnusable, match=said):
        publication.publish(session, body)

    assert policy.current(session).version == 0


def test_a_sentence_says_the_parameters_that_the_code_runs_on(session: Session):
    sentence = "Read for {days_after_closing} days, reviewed within {review_days}."
    publication.publish(
        session,
        f"[access]\ndays_after_closing = 9\n[[promise]]\nid = 'break-glass-reviewed'\nsentence = '{sentence}'\n"
        "parameters = { review_days = 3 }\n",
    )
    current = policy.current(session)

    assert current.said(current.promises[0]) == "Read for 9 days, reviewed within 3."
    assert current.after_closing == timedelta(days=9)


def test_what_was_found_is_kept_and_sealed_in_the_trail(session: Session):
    publication.publish(session, PROMISE + PROMISE.replace("cookies", "statistics") + "offered = false\n")

    promises.keep(session, promises.examine(session), by=Machine.COMMAND)

    assert {row.promise: row.standing for row in session.query(PromiseCheck)} == {
        "cookies": Standing.KEPT,
        "statistics": Standing.NOT_OFFERED,
    }
    assert promises.latest(session).keys() == {"cookies", "statistics"}
    assert len(trail(session, "promise.checked")) == 2
    assert session.query(PolicyNotice).count() == 0
