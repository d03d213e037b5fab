"""The folder of a mailbox for what was sent: found, and each email put into it once."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final, Self

from imapclient import IMAPClient
from imapclient.imapclient import SEEN, SENT

from helpdesk import clock
from helpdesk.mail import imap
from helpdesk.mail.account import ImapAccount
from helpdesk.mail.trouble import FolderMissing

MADE: Final = "Sent"  # where the server has no such folder
_LONGEST_ON_THE_WAY: Final = timedelta(days=4)  # an email is tried for two days, its copy for two more
_ANY_ZONE: Final = timedelta(days=2)  # servers search by their own days
# servers that put what is sent through them into that folder themselves (Google's relay, smtp-relay, does not)
_KEEPS_ITS_OWN: Final = frozenset(
    {
        "smtp.gmail.com",
        "smtp.googlemail.com",
        "smtp.office365.com",
        "outlook.office365.com",
        "smtp-mail.outlook.com",
    }
)


def keeps_its_own(smtp_host: str) -> bool:
    """Whether the provider makes such a copy by itself, so that one of ours would be the second."""
    return smtp_host.strip().rstrip(".").casefold() in _KEEPS_ITS_OWN


def find(client: IMAPClient, name: str) -> str | None:
    """The folder of this name; without one, that which the server marks for sent mail, or which is usual.

    None where there is none yet. Raises FolderMissing for a name that is not there.
    """
    with imap.in_plain_words():
        if not name:
            found = client.find_special_folder(SENT)
            return str(found) if found is not None else None
        if client.folder_exists(name):
            return name
    raise FolderMissing(name, imap.folder_names(client))


class SentFolder:
    """The folder on a connection; everything it raises is a `MailTrouble`."""

    def __init__(self, client: IMAPClient, account: ImapAccount, name: str) -> None:
        self._client = client
        self._account = account
        self.name = name

    @classmethod
    @contextmanager
    def opened(cls, account: ImapAccount, name: str) -> Iterator[Self]:
        """Log in and open it; where the server has none, it is made."""
        client = imap.reach(account)
        try:
            imap.login(client, account)
            found = find(client, name)
            with imap.in_plain_words():
                if found is None:
                    client.create_folder(MADE)
                    client.subscribe_folder(MADE)
                client.select_folder(found or MADE, readonly=True)
            yield cls(client, account, found or MADE)
        finally:
            imap.hang_up(client)

    def keep(self, raw: bytes, message_id: str, sent_at: datetime) -> bool:
        """Put an email there, as read, unless it lies there already: then False."""
        since = (min(sent_at, clock.now() - _LONGEST_ON_THE_WAY) - _ANY_ZONE).date()
        with imap.in_plain_words(), imap.deadline(self._client, self._account, len(raw)):
            self._client.noop()
            if self._client.search(["SINCE", since, "HEADER", "Message-ID", f"<{message_id.strip('<>')}>"]):
                return False
            self._client.append(self.name, raw, (SEEN,), sent_at)
            return True
