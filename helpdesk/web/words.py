"""Words for states and purposes, as screens show them."""

from helpdesk.mail.parsed import Protection
from helpdesk.models.access_grant import GrantState, Purpose
from helpdesk.models.role import Permission, Scope
from helpdesk.models.ticket import Priority
from helpdesk.web.language import _, ngettext


def purposes() -> dict[Purpose, str]:
    """What reading can be for, in the order in which it is offered."""
    return {
        Purpose.ANSWER: _("Answering the customer"),
        Purpose.BUG: _("Fixing a bug"),
        Purpose.QUALITY: _("Checking quality"),
        Purpose.REQUEST: _("A request of the person"),
        Purpose.SECURITY: _("A security problem"),
        Purpose.LEGAL: _("A legal duty"),
        Purpose.FEEDBACK: _("Understanding feedback"),
    }


def purpose_word(purpose: str) -> str:
    return purposes()[Purpose(purpose)] if purpose in set(Purpose) else purpose


def priorities() -> dict[str, str]:
    """How urgent a ticket is, the least first."""
    return {
        Priority.LOW: _("Low"),
        Priority.NORMAL: _("Normal"),
        Priority.HIGH: _("High"),
        Priority.URGENT: _("Urgent"),
    }


def grant_word(state: str) -> str:
    words = {
        GrantState.REQUESTED: _("Waiting"),
        GrantState.ACTIVE: _("Live"),
        GrantState.DENIED: _("Refused"),
        GrantState.LAPSED: _("Lapsed"),
        GrantState.EXPIRED: _("Expired"),
        GrantState.REVOKED: _("Revoked"),
        GrantState.CLOSED: _("Given back"),
        GrantState.MUST_REVIEW: _("To be reviewed"),
        GrantState.RATIFIED: _("Found right"),
        GrantState.CONDEMNED: _("Found wrong"),
    }
    return words[GrantState(state)]


def thing_word(kind: str) -> str:
    """What was read, in a word."""
    words = {
        "ticket": _("the conversation"),
        "message": _("one message"),
        "attachment": _("a file"),
        "raw_email": _("the original email"),
        "customer": _("what is noted about you"),
        "list": _("subject and first words, in a list or a search"),
        "theme_report": _("your words, counted with those of many others"),
        "desk": _("everything that is kept here"),
    }
    return words.get(kind, kind)


def audit_kinds() -> dict[str, str]:
    """What an auditor can look for."""
    return {
        "readings": _("Readings"),
        "changes": _("Changes"),
        "refusals": _("Refusals"),
        "all": _("Everything"),
    }


def object_word(kind: str) -> str:
    """What an event is about, in a word."""
    words = {
        "ticket": _("ticket"),
        "message": _("message"),
        "attachment": _("file"),
        "raw_email": _("original email"),
        "list": _("list or search"),
        "blocked_sender": _("blocked sender"),
        "bulk": _("several tickets"),
        "custom_field": _("custom field"),
        "desk": _("desk"),
        "filter_rule": _("filter rule"),
        "outbound_email": _("outgoing email"),
        "privacy_request": _("privacy request"),
        "promise_check": _("promise"),
        "report": _("report"),
        "rereading": _("emails that wait"),
        "tag": _("tag"),
        "theme_report": _("report of themes"),
        "agent": _("agent"),
        "team": _("team"),
        "grant": _("permission"),
        "login": _("login"),
        "mailbox": _("mailbox"),
        "role": _("role"),
        "setting": _("setting"),
        "customer": _("customer"),
        "draft": _("draft"),
        "email": _("email"),
        "erasure": _("erasure"),
        "invitation": _("invitation"),
        "policy": _("policy"),
        "promise": _("promise"),
        "review": _("access review"),
        "saved_reply": _("saved reply"),
        "statistics": _("statistics"),
        "trail": _("audit trail"),
        "view": _("view"),
    }
    return words.get(kind, kind)


def scopes() -> dict[Scope, str]:
    """How far a role sees, from nothing to all."""
    return {
        Scope.NONE: _("Nothing without a permission"),
        Scope.MINE: _("Only tickets assigned to them"),
        Scope.MINE_OR_FREE: _("Tickets assigned to them, and those of their teams that nobody has taken"),
        Scope.TEAM: _("Tickets of their teams"),
        Scope.MAILBOX: _("Tickets of their mailboxes"),
        Scope.ALL: _("Every ticket"),
    }


def permissions() -> dict[Permission, str]:
    """What a role may do."""
    return {
        Permission.HANDLE: _("Answer, note, assign, close"),
        Permission.EXPORT: _("Take lists and reports away as files"),
        Permission.QUARANTINE: _("Look at emails that wait"),
        Permission.REPORTS: _("See reports"),
        Permission.THEMES: _("See themes of the feedback"),
        Permission.GRANT: _("Decide who may read what"),
        Permission.AUDIT: _("Look at the audit trail"),
        Permission.ERASE: _("Erase a person's data"),
        Permission.REDACT: _("Black out words of messages"),
        Permission.POLICY: _("Publish the policy"),
        Permission.STATISTICS: _("Publish statistics"),
        Permission.PEOPLE: _("Agents, teams and roles"),
        Permission.SETUP: _("Mailboxes, tags, rules, the look"),
    }


def protection(kind: str) -> str:
    """How an email is signed or encrypted: told, not verified."""
    words = {
        Protection.SMIME_SIGNED: _("Signed with S/MIME. The signature is not checked here."),
        Protection.SMIME_ENCRYPTED: _("Encrypted with S/MIME: it can't be read here. The original can be saved."),
        Protection.PGP_SIGNED: _("Signed with PGP. The signature is not checked here."),
        Protection.PGP_ENCRYPTED: _("Encrypted with PGP: it can't be read here. The original can be saved."),
    }
    return words.get(Protection(kind), "") if kind in set(Protection) else ""


def blocked(pictures: int, hosts: int) -> str:
    """How much a letter would have loaded from elsewhere."""
    count = ngettext("%(num)s remote picture blocked", "%(num)s remote pictures blocked", pictures)
    places = ngettext("from %(num)s host", "from %(num)s hosts", hosts)
    return f"{count}, {places}"
