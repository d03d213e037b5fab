"""What tests of the workers stand on."""

import pytest

from helpdesk.runtime import Runtime
from tests.servers.smtp_sink import SmtpSink
from tests.workers.outbox import Outbox, an_outbox


@pytest.fixture
def outbox(runtime: Runtime, smtp_sink: SmtpSink) -> Outbox:
    """A desk whose one mailbox sends to the sink."""
    return an_outbox(runtime, smtp_sink)
