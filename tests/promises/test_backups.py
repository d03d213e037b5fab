"""The last backup is as young as promised; a desk that made none says so."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.models.promise import Standing
from helpdesk.privacy import audit
from helpdesk.privacy.readers import Machine
from tests.promises.conftest import Look

pytestmark = pytest.mark.promise("backups")


def test_none_made_is_not_offered(look: Look):
    assert look("backups").standing is Standing.NOT_OFFERED


def test_a_young_one_keeps_the_promise_and_an_old_one_breaks_it(session: Session, look: Look):
    audit.record(session, "backup.make", by=Machine.BACKUP, on=("desk", None))

    assert look("backups").standing is Standing.KEPT
    with clock.stopped_at(clock.now() + timedelta(days=2)):
        assert look("backups").is_broken
        assert not look("backups", backup_days=7).is_broken
