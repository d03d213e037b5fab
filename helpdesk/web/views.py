"""All views: one file each, named like the verbs they call."""

from flask import Flask, g

from helpdesk.web import (
    account,
    agents,
    attachments,
    audit,
    business_hours,
    confirmation,
    events,
    forwards,
    grants,
    health,
    inbox,
    ledger,
    links,
    merges,
    messages,
    notes,
    passkeys,
    password_resets,
    permission,
    places,
    policy,
    presence,
    replies,
    roles,
    sandbox,
    saved_views,
    search,
    security,
    settings,
    sign_in,
    sign_in_rules,
    suggestions,
    tags,
    teams,
    tickets,
    waiting,
)

_FEATURES = (
    account,
    agents,
    attachments,
    audit,
    business_hours,
    confirmation,
    events,
    forwards,
    grants,
    health,
    inbox,
    ledger,
    links,
    merges,
    messages,
    notes,
    passkeys,
    password_resets,
    permission,
    places,
    policy,
    presence,
    replies,
    roles,
    saved_views,
    search,
    security,
    settings,
    sign_in,
    sign_in_rules,
    suggestions,
    tags,
    teams,
    tickets,
    waiting,
)


def install(app: Flask) -> None:
    for feature in _FEATURES:
        app.register_blueprint(feature.bp)
    if app.extensions["runtime"].config.desk.demo:
        app.register_blueprint(sandbox.bp)
    app.context_processor(lambda: {"agent": g.get("agent"), "theme": g.get("theme") or "system"})
