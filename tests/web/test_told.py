"""What floors below say of mail servers is said in the reader's language, whichever sentence it is."""

import ast
from collections.abc import Iterator

import pytest

from helpdesk.mail import fixes, oauth
from helpdesk.mail.account import ImapAccount, Secret, Security
from helpdesk.mail.oauth import ConsentRefused
from helpdesk.mail.trouble import FolderMissing, LoginRefused
from helpdesk.runtime import Runtime
from helpdesk.web.app import create_app
from helpdesk.web.told import is_known, told
from tests.house.tree import ROOT

MAIL = "account address fixes imap oauth outbound probe smtp trouble".split()
SAID_BY = ("workers/mailbox_tokens.py", "workers/delivery.py", "helpdesk/desk/mailbox_tokens.py")
# no sentences of their own: what is looked for, what a server is sent, parts of a sentence, words for a log
ELSE = {
    "smtpclientauthentication is disabled", "Google Workspace, Gmail", "user name and password",
    "offline_access https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send",
    "The secret is a bearer token (OAuth2), good for an hour, and no password", "x:*",
    "xmail from x would be taken; none was sent",
    "Given: the HTML shows it as cid:…",
    " Most servers want the whole address as the user name.", " Folders there: x.",
    "The mailbox has no folder “x”.x", "a token that cannot be renewed would end within the hour",
    "emails of up to x MB are taken; ", "The server does not accept this x: x",
    "The server does not accept this x: x x", "The provider gives no token: xx",
    "no login was begun with this state",
}  # fmt: skip
ACCOUNT = ImapAccount(
    host="mail.lamps.example", port=993, security=Security.TLS, user="help@lamps.example", password=Secret("x")
)


def sentences(file: str) -> Iterator[str]:
    """Every text of three words or more that is no documentation and no pattern, "x" for each value."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    whole = [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)]
    parts = {id(part) for node in whole for part in ast.walk(node) if part is not node}
    documents = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if id(node) in parts | documents:
            continue
        if isinstance(node, ast.JoinedStr):
            text = "".join(str(part.value) if isinstance(part, ast.Constant) else "x" for part in node.values)
        else:
            text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
        if text.count(" ") > 1 and "%s" not in text and "webmail.x" not in text and "\\" not in text:
            yield text


@pytest.mark.parametrize("file", [*(f"helpdesk/mail/{name}.py" for name in MAIL), *SAID_BY])
def test_no_sentence_of_a_floor_below_is_said_in_english_alone(file: str):
    assert [text for text in sentences(file) if not is_known(text) and text not in ELSE] == []


def test_sentences_that_are_put_together_are_known_whole():
    whole = "Most servers want the whole address"
    for user in ("help", "help@lamps.example"):
        fix = fixes.fix_for(LoginRefused("no"), ImapAccount(**{**_values(), "user": user}), step="login")  # type: ignore[arg-type]
        assert is_known(fix)
        assert (whole in fix) == (user == "help")
    for trouble in (FolderMissing("Post"), FolderMissing("Post", ("INBOX", "Archive"))):
        assert is_known(str(trouble))
        assert is_known(fixes.fix_for(trouble, ACCOUNT, step="folder"))
    for words in ("", "AADSTS50076: use a second step"):
        assert is_known(str(ConsentRefused("invalid_grant", words)))


def _values() -> dict[str, object]:
    return {name: getattr(ACCOUNT, name) for name in ("host", "port", "security", "password")}


def test_a_german_reads_what_failed_and_what_to_do_and_the_servers_own_words_as_they_are(runtime: Runtime):
    error = ConsentRefused("invalid_client", "AADSTS7000222: expired")
    kept = f"{error}.\n{oauth.fix_for(error)}"
    german = {
        "No mail server answers at mail.lamps.example, port 993.":
            "Bei mail.lamps.example, Port 993 antwortet kein Mailserver.",
        "421 The connection broke off while logging in.": "421 Die Verbindung brach bei der Anmeldung ab.",
        "550 5.1.1 No such user here": "550 5.1.1 No such user here",
        kept: "Der Anbieter gibt kein Token: invalid_client (AADSTS7000222: expired). Das Client-Geheimnis ist "
              "abgelaufen: Erzeugen Sie ein neues in der Registrierung der App, und geben Sie es hier ein.",
    }  # fmt: skip

    with create_app(runtime).test_request_context(headers={"Accept-Language": "de"}):
        assert {text: told(text) for text in german} == german
    with create_app(runtime).test_request_context(headers={"Accept-Language": "en"}):
        assert told(kept) == kept
