"""The settings: one place for every page on which something is chosen, for oneself or for the desk."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from helpdesk.languages import N_
from helpdesk.models.agent import Agent
from helpdesk.models.role import Permission
from helpdesk.web import as_seen, frame
from helpdesk.web.auth import agent, db
from helpdesk.web.language import _

bp = Blueprint("settings", __name__)


@dataclass(frozen=True, slots=True)
class SettingsPage:
    """A page's endpoint (a GET without arguments), its name and icon; `permission` None: it is everybody's own."""

    endpoint: str
    name: str
    icon: str
    permission: Permission | None
    says: str  # in a sentence, what is chosen there


@dataclass(frozen=True, slots=True)
class PageLink:
    name: str
    icon: str
    url: str
    says: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Section:
    name: str
    links: Sequence[PageLink]


# A room adds its page here, in the section where somebody would look for it.
SECTIONS: Final[Sequence[tuple[str, Sequence[SettingsPage]]]] = (
    (
        N_("You"),
        (
            SettingsPage("account.show", N_("Your account"), "user", None, N_("Name, language, look and password.")),
            SettingsPage(
                "sending.index", N_("Writing and sending"), "send", Permission.HANDLE,
                N_("Your signature, time to take an answer back, and where to go then."),
            ),
            SettingsPage(
                "saved_views.index", N_("Saved views"), "bookmark", None,
                N_("Searches under a name: renamed, shared, put in order."),
            ),
            SettingsPage("security.show", N_("Signing in"), "fingerprint", None, N_("Second step, passkeys.")),
        ),
    ),
    (
        N_("People"),
        (
            SettingsPage("agents.index", N_("Agents"), "user-cog", Permission.PEOPLE, N_("Invite, roles, disable.")),
            SettingsPage("roles.index", N_("Roles"), "shield", Permission.PEOPLE, N_("Who may do what.")),
            SettingsPage("sign_in_rules.show", N_("Sign-in rules"), "lock", Permission.PEOPLE, N_("Who needs what.")),
            SettingsPage("teams.index", N_("Teams"), "users", Permission.PEOPLE, N_("Who answers which mailbox.")),
        ),
    ),
    (
        N_("Mail"),
        (
            SettingsPage(
                "mailboxes.index", N_("Mailboxes"), "mail", Permission.SETUP,
                N_("The addresses customers write to, how they are reached, and how they are."),
            ),
            SettingsPage(
                "sending.desk", N_("Answers"), "reply", Permission.SETUP,
                N_("Signatures of the mailboxes, and what is quoted."),
            ),
            SettingsPage(
                "blocks.index", N_("Blocked senders"), "ban", Permission.SETUP,
                N_("Whose emails are held, and how to let them go."),
            ),
            SettingsPage(
                "filter_rules.index", N_("Filter rules"), "filter", Permission.SETUP,
                N_("What is sorted, tagged, held or marked as spam when it comes in."),
            ),
            SettingsPage(
                "ledger.index", N_("Mail ledger"), "scroll-text", Permission.SETUP,
                N_("What became of every email that was fetched, and whether any is missing."),
            ),
            SettingsPage(
                "acknowledgements.index", N_("Acknowledgements"), "mail-check", Permission.SETUP,
                N_("Whether who opens a ticket is told so, when, and in which words."),
            ),
            SettingsPage(
                "letters.index", N_("Our emails"), "mail", Permission.SETUP,
                N_("Every email this desk sends by itself, as it looks."),
            ),
            SettingsPage(
                "mailbox_logins.index", N_("Mailbox logins"), "key-round", Permission.SETUP,
                N_("Connect mailboxes at Microsoft 365, Google and others that take no passwords."),
            ),
            SettingsPage(
                "remote_pictures.index", N_("Pictures from elsewhere"), "image-off", Permission.SETUP,
                N_("Whether the desk may fetch pictures that letters name."),
            ),
        ),
    ),
    (
        N_("Work"),
        (
            SettingsPage("tag_list.index", N_("Tags"), "tag", Permission.SETUP, N_("Counted, renamed, made one.")),
            SettingsPage("brand.show", N_("Look"), "palette", Permission.SETUP, N_("Name, sign and colour.")),
            SettingsPage(
                "saved_replies.index", N_("Saved replies"), "zap", Permission.HANDLE,
                N_("Texts you use again, and what is done with the ticket then."),
            ),
            SettingsPage(
                "custom_fields.index", N_("Custom fields"), "list-ordered", Permission.SETUP,
                N_("What agents write down about a ticket besides."),
            ),
            SettingsPage(
                "business_hours.index", N_("Business hours"), "calendar-clock", Permission.SETUP,
                N_("When each team works, and on which days it does not."),
            ),
        ),
    ),
    (
        N_("Privacy"),
        (
            SettingsPage(
                "statistics_settings.index", N_("Usage statistics"), "chart-column", Permission.STATISTICS,
                N_("Whether and how usage statistics are published."),
            ),
            SettingsPage(
                "feedback.index", N_("Feedback form"), "message-circle", Permission.SETUP,
                N_("A page on which anybody can tell you something, without an account."),
            ),
            SettingsPage(
                "retention.index", N_("Trash and drafts"), "archive", Permission.SETUP,
                N_("After how many days they go, and what goes tonight."),
            ),
            SettingsPage(
                "objections.index", N_("Objections"), "hand", Permission.ERASE,
                N_("Customers who are left out of statistics and themes."),
            ),
            SettingsPage(
                "erasures.index", N_("Erasure"), "trash-2", Permission.ERASE, N_("Take one person's words away.")
            ),
        ),
    ),
)  # fmt: skip


@bp.get("/settings")
def index() -> ResponseReturnValue:
    """What this agent can choose; who has no page of their own yet is told so."""
    return render_template("settings/index.html", desk=frame.around(db(), agent(), "settings"), sections=sections())


def sections(current: str = "") -> list[Section]:
    """The sections with the pages this agent may open; `current` is an endpoint."""
    by = agent()
    found = [
        Section(_(name), [_link(page, current) for page in pages if _may_open(page, by)]) for name, pages in SECTIONS
    ]
    return [section for section in found if section.links]


def page(template: str, endpoint: str, status: int = 200, **values: object) -> ResponseReturnValue:
    """A settings page: the desk's frame, the settings' own navigation, and what the template needs."""
    made = render_template(
        template, desk=frame.around(db(), agent(), "settings"), sections=sections(endpoint), **values
    )
    return as_seen.marked(made) if template in as_seen.PAGES else made, status


def page_at(endpoint: str) -> SettingsPage | None:
    """The settings page that a route belongs to: its own, or that of its room."""
    pages = [page for _name, pages in SECTIONS for page in pages]
    room = [page for page in pages if page.endpoint.partition(".")[0] == endpoint.partition(".")[0]]
    return next((page for page in pages if page.endpoint == endpoint), room[-1] if room else None)


def saved(endpoint: str) -> ResponseReturnValue:
    """Back to a settings page after a change; it says that it was saved."""
    return redirect(url_for(endpoint, saved=1), code=303)


def back_to(endpoint: str) -> ResponseReturnValue:
    """Back to a settings page after a step that is not all yet."""
    return redirect(url_for(endpoint), code=303)


def must(permission: Permission) -> None:
    """Nobody learns of a page they may not open."""
    if not agent().may(permission):
        abort(404)


def _may_open(page: SettingsPage, by: Agent) -> bool:
    return page.permission is None or by.may(page.permission)


def _link(page: SettingsPage, current: str) -> PageLink:
    return PageLink(_(page.name), page.icon, url_for(page.endpoint), _(page.says), page.endpoint == current)
