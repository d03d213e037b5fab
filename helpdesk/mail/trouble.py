"""What can go wrong between us and a mail server, in plain words and without anything a customer wrote."""


class MailTrouble(Exception):
    """A mail server did not do what we asked; `str()` is fit for an operator's eyes."""


class MailboxUnreachable(MailTrouble):
    """No usable connection: name, port, or encryption."""


class HostUnknown(MailboxUnreachable):
    """The name of the server cannot be found."""


class PortClosed(MailboxUnreachable):
    """Nothing answers at that port in time."""


class TlsFailed(MailboxUnreachable):
    """The encrypted connection could not be made or the certificate not be trusted."""


class LoginRefused(MailTrouble):
    """The server does not accept this user with this password."""


class ConnectionLost(MailTrouble):
    """A connection that worked broke off; whatever was half received is not used."""


class ServerRefused(MailTrouble):
    """The server understood and said no."""


class FolderMissing(MailTrouble):
    """The folder does not exist; `folders` are those that do."""

    def __init__(self, folder: str, folders: tuple[str, ...] = ()) -> None:
        there = f" Folders there: {', '.join(folders)}." if folders else ""
        super().__init__(f"The mailbox has no folder “{folder}”.{there}")
        self.folder = folder
        self.folders = folders
