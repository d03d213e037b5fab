"""Texts with alternatives and facts become sentences: the same dice give the same words."""

import random
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from babel.dates import format_skeleton
from babel.numbers import format_currency

from helpdesk.demo.company import Writer, company

CITIES = (
    "Bremen", "Leipzig", "Leeds", "Bristol", "Cork", "Lyon", "Nantes", "Liège", "Zaragoza", "Málaga", "Gdańsk",
    "Kraków", "Utrecht", "Torino", "Graz", "Basel", "Kyoto", "Yokohama", "Amman", "Tunis", "Aarhus",
)  # fmt: skip

_CHOICE = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)


@dataclass(frozen=True)
class Facts:
    """What one conversation is about: the order, the thing, the sum."""

    order: str
    invoice: str
    product: str
    product2: str
    amount: str
    tracking: str
    city: str
    date: str
    number: str
    name: str
    first: str


def dice(*name: object) -> random.Random:
    """Dice that fall the same way every time they are taken out under this name."""
    return random.Random(" ".join(map(str, ("corvid", *name))))  # noqa: S311 - made-up stories need no secrets


def facts(throw: random.Random, writer: Writer, at: datetime) -> Facts:
    product, product2 = throw.sample(sorted(company().products), 2)
    amount = company().products[product] * throw.choice((1, 1, 1, 2))
    ordered = at - timedelta(days=throw.randint(4, 13))
    return Facts(
        order=f"C-{throw.randint(41000, 58999)}",
        invoice=f"R-{ordered.year}-{throw.randint(1000, 9899)}",
        product=product,
        product2=product2,
        amount=format_currency(amount, "EUR", locale=writer.language),
        tracking=f"CV{throw.randint(10**8, 10**9 - 1)}EU",
        city=throw.choice(CITIES),
        date=format_skeleton("MMMMd", ordered, locale="en_GB" if writer.language == "en" else writer.language),
        number=str(throw.randint(3, 9)),
        name=writer.name,
        first=writer.first,
    )


def spell(text: str, known: Facts, throw: random.Random) -> str:
    """Choose between the alternatives and fill in the facts; spaces and capitals are put right."""
    chosen = _CHOICE.sub(lambda found: throw.choice(found[1].split("|")), text)
    for key, value in vars(known).items():
        chosen = chosen.replace("{" + key + "}", value)
    lines = (re.sub(r" {2,}", " ", line).strip() for line in chosen.splitlines())
    return "\n".join(lines).strip()
