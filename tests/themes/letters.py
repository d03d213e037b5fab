"""Short letters about a few subjects, by many customers: made up, in the same way each time."""

import random
from datetime import date, timedelta

from helpdesk.themes.values import Document

SUBJECTS = {
    "lamp": (
        "the lamp flickers",
        "my lamp does not shine",
        "the bulb of the lamp is dark",
        "lamp flickers when dimmed",
    ),
    "invoice": (
        "the invoice is wrong",
        "send the invoice again",
        "the sum on the invoice",
        "invoice without tax number",
    ),
    "parcel": (
        "the parcel is late",
        "where is my parcel",
        "parcel arrived damaged",
        "the parcel went to a neighbour",
    ),
    "password": (
        "the password is refused",
        "reset my password",
        "password link expired",
        "new password not accepted",
    ),
    "return": (
        "return the chair",
        "a label to return the chair",
        "chair return not picked up",
        "return of a broken chair",
    ),
}
MONDAY = date(2026, 3, 2)


def letters(
    number: int, *, subjects: tuple[str, ...] = tuple(SUBJECTS), customers: int = 60, week: int = 0, seed: int = 1
) -> list[Document]:
    chance = random.Random(f"{seed}.{week}")  # noqa: S311
    found = []
    for place in range(number):
        subject = subjects[place % len(subjects)]
        text = f"Hello, {chance.choice(SUBJECTS[subject])}, {chance.choice(SUBJECTS[subject])}. Thank you"
        who = f"customer {chance.randrange(customers)}"
        found.append(Document(f"{subject}-{week}-{place}", text, who, at=MONDAY + timedelta(weeks=week)))
    return found


def subject_of(document_id: str) -> str:
    return document_id.split("-", maxsplit=1)[0]
