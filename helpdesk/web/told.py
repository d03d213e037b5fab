"""What floors below say of a mail server, with names and numbers in it, in the reader's language.

There it is an English sentence, as a log and the command line tell it, and is kept so where it must be; here it is
known again by its shape. A test goes through the sentences of those floors and finds each of them here.
"""

import re
from typing import Final

from helpdesk.languages import N_
from helpdesk.web.language import _, locale

_VALUE: Final = re.compile(r"%\((\w+)\)s")
_CODE: Final = re.compile(r"[245][0-9]{2} ")


def told(text: str) -> str:
    """A sentence about a mail server in the reader's language, line by line; what the server itself said as it is."""
    if locale().language == "en":
        return text
    return " ".join(_told(line) for line in text.split("\n"))


def is_known(text: str) -> bool:
    return any(shape.fullmatch(text) for _sentence, shape in _SHAPES)


def _told(line: str) -> str:
    for sentence, shape in _SHAPES:
        if found := shape.fullmatch(line):
            return _(sentence, **{name: _told(value) for name, value in found.groupdict().items()})
    code = _CODE.match(line)  # an answer that we gave in a server's place
    return f"{code[0]}{_told(line[code.end() :])}" if code else line


SENTENCES: Final = (
    N_("465 with “tls” or 587 with “starttls”"),
    N_("993 with “tls” or 143 with “starttls”"),
    N_("%(one)s or mail.%(domain)s"),
    N_("Something answers there, but not as a mail server should. Usual are %(usual)s."),
    N_("Choose the encryption the server offers. Usual are %(usual)s."),
    N_("Ask the server's operator for a certificate that browsers would accept."),
    N_(
        "Check user name and password by logging in to the webmail. With two-step login you need an app "
        "password; some providers let IMAP and SMTP in only once they are switched on in the settings."
    ),
    N_(
        "Check user name and password by logging in to the webmail. Most servers want the whole address as "
        "the user name. With two-step login you need an app password; some providers let IMAP and SMTP in "
        "only once they are switched on in the settings."
    ),
    N_(
        "The token is for somebody else than “%(user)s”, or without the permission for mail: connect again,"
        " sign in as this mailbox, and leave every box of the consent ticked."
    ),
    N_("Port %(port)s is encrypted from the first byte: choose “tls” instead of “%(chosen)s”."),
    N_(
        "Check the port: usual are %(usual)s. If it is right, a firewall stands between, here or at your "
        "hosting provider (many block port 25)."
    ),
    N_("Port %(port)s does not begin with encryption: choose “starttls”, or another port. Usual are %(usual)s."),
    N_("The server's certificate has expired: its operator must renew it. (Or this machine's clock is wrong.)"),
    N_("The server's certificate is not valid yet: check this machine's clock."),
    N_(
        "The certificate is for another name than “%(host)s”: use the name your provider documents, not an "
        "alias or an address of numbers."
    ),
    N_(
        "The certificate is self-signed or from a private authority: add that authority to those this "
        "machine trusts, or have the server get a certificate from a public one. There is no switch to go "
        "without."
    ),
    N_(
        "Microsoft has switched passwords off for IMAP (“basic authentication”), and for SMTP by default: "
        "this mailbox needs a login by token. Connect it in the settings under “Mailbox logins”, or with "
        "“helpdesk mailbox connect”."
    ),
    N_(
        "Is IMAP switched on for this mailbox, and has it a licence? In Exchange Online: Set-CASMailbox "
        "%(user)s -ImapEnabled $true. For a shared mailbox sign in as somebody who may open it."
    ),
    N_(
        "SMTP is switched off for the whole organisation. In Exchange Online: Set-TransportConfig "
        "-SmtpClientAuthenticationDisabled $false, or for this mailbox alone: Set-CASMailbox %(user)s "
        "-SmtpClientAuthenticationDisabled $false. It can take an hour until that works."
    ),
    N_(
        "Is SMTP switched on for this mailbox? In Exchange Online: Set-CASMailbox %(user)s "
        "-SmtpClientAuthenticationDisabled $false. It can take an hour until that works."
    ),
    N_(
        "Check the spelling of “%(host)s”; your provider's help page names the server, often %(likely)s. If"
        " it is right, this machine has no working DNS."
    ),
    N_("Choose one of the folders that exist: %(folders)s."),
    N_("Log in with the account this address belongs to, or ask the provider to let this account send for it."),
    N_("Try again in some minutes; if it stays, give your provider the server's words above."),
    N_(
        "%(provider)s wants an app password here, not the one of the account: make one in the account's "
        "security settings (two-step login must be on) and enter it without spaces."
    ),
    N_("Connect again. If it stays, give the provider's words above to whoever administers it."),
    N_("Check the addresses of the provider, and that this machine may reach them; then connect again."),
    N_("There is no such tenant: enter your organisation's domain at Microsoft, or the id of its directory."),
    N_("This is no tenant: enter your organisation's domain at Microsoft, or the id of its directory."),
    N_("The app is for one organisation only: enter its tenant, the domain or the id of the directory."),
    N_("The app is not known in this tenant: compare client id and tenant with the app's registration."),
    N_("An administrator of the organisation has to consent to the app once; then connect again."),
    N_("Your Google administrator has to trust this app first; then connect again."),
    N_("Enter the address shown above as “redirect URI” at the provider, letter by letter."),
    N_("The client secret has expired: make a new one in the app's registration and enter it here."),
    N_("The client secret is wrong or has expired: make a new one at the provider and enter it here."),
    N_("The registration may not do this: allow it for this kind of account at the provider."),
    N_("Give the app's registration the permissions for IMAP and SMTP, then connect again."),
    N_("Somebody said no, or only an administrator may say yes: have one of them consent."),
    N_("The consent was withdrawn or expired, or the password changed: connect again. (At Google, publish the app.)"),
    N_("The provider gave no lasting consent: remove the app from the account's permissions, connect again."),
    N_("The provider gives no token: %(words)s"),
    N_("no_refresh_token (a token that cannot be renewed would end within the hour)"),
    N_("The provider's server answers, but not with a token."),
    N_("The certificate of the provider's server is not trusted."),
    N_("The provider's server for tokens does not answer."),
    N_("A login by token needs an https address, not %(address)s."),
    N_("%(version)s, the certificate is valid until %(day)s"),
    N_("%(user)s is let in"),
    N_("%(folder)s holds %(count)s emails"),
    N_("%(host)s is known"),
    N_("port %(port)s is open"),
    N_("none, and none needed: the server is on this machine"),
    N_("copies go into %(folder)s"),
    N_("there is none yet: %(folder)s will be made"),
    N_("mail from %(address)s would be taken; none was sent"),
    N_("emails of up to %(most)s MB are taken; mail from %(address)s would be taken; none was sent"),
    N_("the server asks for none"),
    N_("The server does not take mail from %(address)s: %(words)s"),
    N_("The name %(host)s cannot be found."),
    N_("Nothing answers at %(host)s, port %(port)s."),
    N_("Without encryption we only talk to this machine itself, not to %(host)s. Choose “tls” or “starttls”."),
    N_("The file of trusted certificates cannot be read: %(path)s."),
    N_("%(host)s, port %(port)s"),
    N_("The server does not accept this user name and password: %(words)s"),
    N_("The server does not accept this token: %(words)s"),
    N_("The server offers no STARTTLS on this port. Port 993 with “tls” is usual."),
    N_("The server offers no STARTTLS on this port. Port 465 with “tls” is usual."),
    N_("The connection broke off while logging in."),
    N_("The server cannot log anybody in right now: %(words)s"),
    N_("The server accepts passwords on encrypted connections only. Choose “tls” or “starttls”."),
    N_("The server gives the folder no UIDVALIDITY, so we could not tell what is new."),
    N_("The server sent less of an email than it announced."),
    N_("The certificate of %(host)s is not trusted: %(words)s."),
    N_("No encrypted connection with %(where)s: %(words)s."),
    N_("the handshake failed"),
    N_("No answer from %(where)s in time."),
    N_("No mail server answers at %(where)s."),
    N_("The server stopped answering."),
    N_("The connection to the server broke off."),
    N_("The server refused a command."),
    N_("The server answered something that is not IMAP."),
    N_("The server offers no login by token (XOAUTH2 or OAUTHBEARER) for IMAP."),
    N_("The server offers no login by token (XOAUTH2 or OAUTHBEARER) for SMTP."),
    N_("The server does not open the folder “%(folder)s”."),
    N_("The connection broke off before the server had answered."),
    N_("The server offers no login here. Leave the user name empty, or choose another port."),
    N_("The server refused STARTTLS: %(words)s"),
    N_("The server offers no way to log in that we know."),
    N_("The server wants a login before it takes mail: %(words)s"),
    N_("The email has %(size)s bytes; the server takes %(most)s."),
    N_("The server cannot send to addresses beyond ASCII (SMTPUTF8)."),
    N_("The server at %(where)s turns us away: %(words)s"),
    N_("The mailbox has no folder “%(folder)s”."),
    N_("The mailbox has no folder “%(folder)s”. Folders there: %(folders)s."),
    N_("This is not one e-mail address."),
    N_("The domain of this address is ambiguous: write it in its xn-- form."),
    N_("The domain of this address is not one."),
    N_("This address is too long."),
    N_("The domain of this address cannot be written in ASCII."),
    N_("the provider gave one, and will give the next ones"),
    N_("Every attempt to send this email ended without an answer."),
    N_("A file of this email is missing: bring the files folder back from a backup."),
    N_("The server lists an email that it does not hand out; it is asked again."),
    N_("choose a provider, and enter the id of the client"),
    N_("the tenant is a domain or the id of a directory"),
    N_("An email needs somebody to go to."),
    N_("The HTML found no place in the email."),
    N_("An inline image has an unfit Content-ID."),
    N_("The email would carry other headers than meant."),
    N_("The email would go to other people than meant."),
    N_("An email of ours needs a Message-ID of ours."),
)


def _shape(sentence: str) -> re.Pattern[str]:
    parts = _VALUE.split(sentence)
    spelt = [f"(?P<{part}>.+?)" if number % 2 else re.escape(part) for number, part in enumerate(parts)]
    return re.compile("".join(spelt), re.DOTALL)


# what says most of itself first: "…: %(words)s" fits more than was meant
_SHAPES: Final = tuple(
    (one, _shape(one)) for one in sorted(SENTENCES, key=lambda one: len(_VALUE.sub("", one)), reverse=True)
)
