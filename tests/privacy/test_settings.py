"""Settings: defaults until somebody chooses, kept with a trace that names no value."""

import json
from dataclasses import dataclass
from typing import ClassVar

from helpdesk.models.setting import Setting
from helpdesk.privacy import settings
from tests.world import an_admin, an_agent, trail


@dataclass(frozen=True, slots=True)
class Lamps:
    key: ClassVar = "lamps"
    watts: int = 60
    is_dimmed: bool = False
    colour: str = "white"
    rooms: tuple[str, ...] = ("hall",)


def test_a_group_nobody_touched_has_its_defaults(session):
    assert settings.of(session, Lamps) == Lamps()


def test_a_change_is_kept_and_its_event_names_the_keys_and_no_value(session):
    settings.change(session, Lamps(colour="heliotrope", rooms=("attic", "hall")), by=an_admin(session))

    assert settings.of(session, Lamps) == Lamps(colour="heliotrope", rooms=("attic", "hall"))
    (event,) = trail(session, "setting.change")
    assert json.loads(event.core)["facts"] == {"group": "lamps", "keys": ["colour", "rooms"]}
    assert b"heliotrope" not in event.core


def test_the_same_again_changes_nothing(session):
    admin = an_admin(session)
    settings.change(session, Lamps(watts=40), by=admin)
    settings.change(session, Lamps(watts=40), by=admin)

    assert len(trail(session, "setting.change")) == 1


def test_what_an_older_version_wrote_is_as_the_default(session):
    session.add(Setting(key="lamps", body='{"watts": "many", "is_dimmed": 1, "gone": 2, "colour": "red"}'))
    session.flush()

    assert settings.of(session, Lamps) == Lamps(colour="red")


def test_an_agent_chooses_for_themselves_alone(session):
    ada, otto = an_agent(session, name="Ada"), an_agent(session, name="Otto")

    settings.change_own(session, Lamps(watts=40), by=ada)
    settings.change_own(session, Lamps(watts=25), by=ada)

    assert settings.of_agent(session, ada, Lamps).watts == 25
    assert settings.of_agent(session, otto, Lamps) == settings.of(session, Lamps) == Lamps()
    assert not trail(session, "setting.change")
