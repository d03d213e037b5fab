"""What an operator can do about a mailbox that does not work: a fix in plain words for each failure."""

import socket
import ssl
from typing import Final

from helpdesk.mail.account import ImapAccount, Security, ServerAccount
from helpdesk.mail.trouble import (
    ConnectionLost,
    FolderMissing,
    HostUnknown,
    LoginRefused,
    MailTrouble,
    PortClosed,
    TlsFailed,
)


def fix_for(trouble: MailTrouble, account: ServerAccount, *, step: str) -> str:
    """Give the advice that goes with what failed at a step."""
    match trouble:
        case HostUnknown():
            fix = (
                f"Check the spelling of “{account.host}”; your provider's help page names the server, often "
                f"{_likely_name(account)}. If it is right, this machine has no working DNS."
            )
        case PortClosed() | ConnectionLost():
            fix = _fix_port(account, step)
        case TlsFailed():
            fix = _fix_encryption(trouble, account)
        case LoginRefused():
            fix = _fix_login(account, str(trouble).casefold())
        case FolderMissing():
            fix = f"Choose one of the folders that exist: {', '.join(trouble.folders) or 'INBOX'}."
        case _ if step == "sending":
            fix = (
                "Log in with the account this address belongs to, "
                "or ask the provider to let this account send for it."
            )
        case _:
            fix = "Try again in some minutes; if it stays, give your provider the server's words above."
    return fix


def _usual(account: ServerAccount) -> str:
    if isinstance(account, ImapAccount):
        return "993 with “tls” or 143 with “starttls”"
    return "465 with “tls” or 587 with “starttls”"


def _likely_name(account: ServerAccount) -> str:
    kind = "imap" if isinstance(account, ImapAccount) else "smtp"
    domain = account.user.rpartition("@")[2] or "your-domain.example"
    return f"{kind}.{domain} or mail.{domain}"


def _fix_port(account: ServerAccount, step: str) -> str:
    if step == "encryption" and account.security is not Security.TLS and _speaks_tls(account):
        return f"Port {account.port} is encrypted from the first byte: choose “tls” instead of “{account.security}”."
    if step in {"name", "port"}:
        return (
            f"Check the port: usual are {_usual(account)}. If it is right, a firewall stands between, "
            "here or at your hosting provider (many block port 25)."
        )
    return f"Something answers there, but not as a mail server should. Usual are {_usual(account)}."


# OpenSSL's numbers, see X509_STORE_CTX_get_error
_NOT_YET_VALID: Final = 9
_EXPIRED: Final = 10
_WRONG_NAME: Final = frozenset({62, 64})
_OWN_AUTHORITY: Final = frozenset({18, 19, 20, 21})


def _fix_encryption(trouble: TlsFailed, account: ServerAccount) -> str:
    cause = trouble.__cause__
    if isinstance(cause, ssl.SSLCertVerificationError):
        return _fix_certificate(cause.verify_code, account)
    if isinstance(cause, ssl.SSLError) and account.security is Security.TLS:
        return (
            f"Port {account.port} does not begin with encryption: choose “starttls”, or another port. "
            f"Usual are {_usual(account)}."
        )
    return f"Choose the encryption the server offers. Usual are {_usual(account)}."


def _fix_certificate(code: int, account: ServerAccount) -> str:
    if code == _EXPIRED:
        return "The server's certificate has expired: its operator must renew it. (Or this machine's clock is wrong.)"
    if code == _NOT_YET_VALID:
        return "The server's certificate is not valid yet: check this machine's clock."
    if code in _WRONG_NAME:
        return (
            f"The certificate is for another name than “{account.host}”: use the name your provider documents, "
            "not an alias or an address of numbers."
        )
    if code in _OWN_AUTHORITY:
        return (
            "The certificate is self-signed or from a private authority: add that authority to those this machine "
            "trusts, or have the server get a certificate from a public one. There is no switch to go without."
        )
    return "Ask the server's operator for a certificate that browsers would accept."


# What the host or the login says about the provider, and what that provider wants instead of the password.
_APP_PASSWORD: Final = {
    "gmail": "Google",
    "google": "Google",
    "yahoo": "Yahoo",
    "aol.": "AOL",
    "mail.me.com": "Apple",
    "icloud": "Apple",
    "fastmail": "Fastmail",
    "zoho": "Zoho",
    "yandex": "Yandex",
    "mail.ru": "Mail.ru",
}
_MICROSOFT: Final = ("office365", "outlook", "hotmail", "live.com")


def _fix_login(account: ServerAccount, said: str) -> str:
    host = account.host.casefold()
    if account.has_token:
        return _fix_token(account, said, is_microsoft=any(word in host for word in _MICROSOFT))
    if any(word in host for word in _MICROSOFT):
        return (
            "Microsoft has switched passwords off for IMAP (“basic authentication”), and for SMTP by default: "
            "this mailbox needs a login by token. Connect it in the settings under “Mailbox logins”, or with "
            "“helpdesk mailbox connect”."
        )
    for word, provider in _APP_PASSWORD.items():
        if word in host:
            return (
                f"{provider} wants an app password here, not the one of the account: make one in the account's "
                "security settings (two-step login must be on) and enter it without spaces."
            )
    whole = "" if "@" in account.user else " Most servers want the whole address as the user name."
    return (
        f"Check user name and password by logging in to the webmail.{whole} With two-step login you need an app "
        "password; some providers let IMAP and SMTP in only once they are switched on in the settings."
    )


_SMTP_IS_OFF: Final = "smtpclientauthentication is disabled"


def _fix_token(account: ServerAccount, said: str, *, is_microsoft: bool) -> str:
    """The provider gave a token, and its mail server does not want it."""
    if is_microsoft and isinstance(account, ImapAccount):
        return (
            "Is IMAP switched on for this mailbox, and has it a licence? In Exchange Online: Set-CASMailbox "
            f"{account.user} -ImapEnabled $true. For a shared mailbox sign in as somebody who may open it."
        )
    if _SMTP_IS_OFF in said and "tenant" in said:
        return (
            "SMTP is switched off for the whole organisation. In Exchange Online: Set-TransportConfig "
            f"-SmtpClientAuthenticationDisabled $false, or for this mailbox alone: Set-CASMailbox {account.user} "
            "-SmtpClientAuthenticationDisabled $false. It can take an hour until that works."
        )
    if is_microsoft or _SMTP_IS_OFF in said:
        return (
            f"Is SMTP switched on for this mailbox? In Exchange Online: Set-CASMailbox {account.user} "
            "-SmtpClientAuthenticationDisabled $false. It can take an hour until that works."
        )
    return (
        f"The token is for somebody else than “{account.user}”, or without the permission for mail: connect again, "
        "sign in as this mailbox, and leave every box of the consent ticked."
    )


def _speaks_tls(account: ServerAccount) -> bool:
    """Tell whether the port begins with a TLS handshake; nothing is said on that line, so nothing is checked."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with (
            socket.create_connection((account.host, account.port), 5) as line,
            context.wrap_socket(line, server_hostname=account.host),
        ):
            return True
    except OSError:
        return False
