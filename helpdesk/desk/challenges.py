"""Challenges: random texts that a passkey or an identity provider answers once, in the browser they were made for."""

import secrets
from datetime import timedelta
from typing import Final

from sqlalchemy import delete, or_
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.models.sign_in import ChallengeKind, SignInChallenge
from helpdesk.storage.vault import digest_of

WORKS_FOR: Final = timedelta(minutes=5)
_BYTES: Final = 32


def make(session: Session, kind: ChallengeKind, browser: str, *, next_path: str = "/") -> SignInChallenge:
    """A new challenge of this kind for the browser with this secret; an older one, and what ran out, is gone."""
    browser_hash = digest_of(browser)
    is_old = (SignInChallenge.browser_hash == browser_hash) & (SignInChallenge.kind == kind)
    session.execute(delete(SignInChallenge).where(or_(is_old, SignInChallenge.expires_at <= clock.now())))
    made = SignInChallenge(
        kind=kind,
        browser_hash=browser_hash,
        secret=secrets.token_bytes(_BYTES),
        next_path=next_path,
        expires_at=clock.now() + WORKS_FOR,
    )
    session.add(made)
    session.flush()
    return made


def take(session: Session, kind: ChallengeKind, browser: str) -> SignInChallenge | None:
    """The challenge that waits for this browser's answer, taken away: it is answered once, rightly or wrongly."""
    taken = session.execute(
        delete(SignInChallenge)
        .where(SignInChallenge.browser_hash == digest_of(browser), SignInChallenge.kind == kind)
        .returning(SignInChallenge)
    ).scalar_one_or_none()
    return taken if taken is not None and taken.expires_at > clock.now() else None
