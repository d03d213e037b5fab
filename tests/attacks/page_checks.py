"""Checks of what is shown: scripts, requests, painting, texts, files, and words that look like ours."""

import re
from email.message import Message as Headers
from typing import Any
from urllib.parse import quote

from tests.attacks.checks import check, require
from tests.attacks.pages import Sight
from tests.attacks.trial import Trial

BLOCKED = re.compile(r"(?i)\bremote\b[^.]{0,40}\bblocked\b")


def sights(trial: Trial) -> list[Sight]:
    require(trial.sights, "no page shows it")
    for path, sight in trial.sights.items():
        require(not sight.errors, f"{path}: {'; '.join(sight.errors)}")
    return list(trial.sights.values())


@check("script_runs")
def script_runs(trial: Trial, expected: int) -> None:
    ran = [what for sight in sights(trial) for what in sight.scripts]
    require(len(ran) == expected, f"{len(ran)} ran: {'; '.join(ran[:3])}")


@check("remote_requests")
def remote_requests(trial: Trial, expected: int) -> None:
    asked = [url for sight in sights(trial) for url in sight.requests]
    require(len(asked) == expected, f"{len(asked)} were made: {' '.join(asked[:3])[:200]}")


@check("overlay")
def overlay(trial: Trial, expected: int) -> None:
    strayed = sum(sight.strayed for sight in sights(trial))
    require(strayed == expected, f"the mail was seen at {strayed} points outside its message")


@check("text_present")
def text_present(trial: Trial, expected: list[str]) -> None:
    readable = "\n".join(sight.text for sight in sights(trial))
    missing = [text for text in expected if text not in readable]
    require(not missing, f"not to be read: {', '.join(missing)}")


@check("remote_notice", "remote_notice_off")
def remote_notice(trial: Trial, expected: bool) -> None:
    said = any(BLOCKED.search(sight.around) for sight in sights(trial))
    is_needed = "remote_notice" in trial.case.checks and expected
    require(said or not is_needed, "nothing says that remote content was blocked")


@check("html_absent")
def html_absent(trial: Trial, expected: list[str]) -> None:
    browser, messages = trial.world.browser(trial.agent), trial.messages()
    require(messages, "there is no message")
    for message in messages:
        served = browser.get(f"/messages/{message.id}/body")
        require(served.status_code == 200, f"its body is answered with {served.status_code}")
        found = [pattern for pattern in expected if re.search(pattern, served.text)]
        require(not found, f"served: {', '.join(found)}")


@check("server_requests")
def server_requests(trial: Trial, expected: int) -> None:
    require(len(trial.connections) == expected, "; ".join(trial.connections[:3]))


@check("attachments")
def attachments(trial: Trial, expected: int) -> None:
    found = trial.attachments()
    require(len(found) == expected, f"{len(found)} attachments")
    bodies = {trial.world.browser(trial.agent).get(f"/attachments/{one.id}").data for one in found}
    require(expected <= 1 or len(bodies) > 1, "all have the same bytes")


@check("label_forbidden")
def label_forbidden(trial: Trial, expected: str) -> None:
    names = trial.file_names()
    require(names, "there is no attachment")
    for name in names:
        require(not re.search(expected, name), "the stored name holds what must not be in it")
        require(len(name.encode()) <= 255, f"the stored name has {len(name.encode())} bytes")
    for attachment in trial.attachments():
        served = trial.world.browser(trial.agent).get(f"/attachments/{attachment.id}")
        require(served.status_code == 200, f"its download is answered with {served.status_code}")
        shown = _header("Content-Disposition", served.headers.get("Content-Disposition", "")).get_filename() or ""
        require(not re.search(expected, shown), "the name in the download's header holds what must not be in it")


def _header(name: str, value: str) -> Headers:
    headers = Headers()
    headers[name] = value
    return headers


@check("download")
def download(trial: Trial, expected: dict[str, Any]) -> None:
    found = trial.attachments()
    require(found, "there is no attachment")
    for attachment in found:
        served = trial.world.browser(trial.agent).get(f"/attachments/{attachment.id}")
        headers = served.headers
        require(served.status_code == 200, f"answered with {served.status_code}")
        disposition = headers.get("Content-Disposition", "").partition(";")[0].strip()
        wanted = expected.get("disposition", disposition)
        require(disposition == wanted, f"Content-Disposition: {disposition}")
        nosniff = headers.get("X-Content-Type-Options") == "nosniff"
        require(nosniff or not expected.get("nosniff"), "no nosniff")
        policy = [part.split() for part in headers.get("Content-Security-Policy", "").split(";")]
        boxed = any(words[:1] == ["sandbox"] and "allow-scripts" not in words for words in policy)
        require(boxed or not expected.get("csp_sandbox"), "no sandbox in the content policy")
        require(served.mimetype not in expected.get("type_not", ()), f"Content-Type: {served.mimetype}")


@check("searchable")
def searchable(trial: Trial, expected: bool) -> None:
    require(trial.tickets, "there is no ticket")
    page = trial.world.browser(trial.agent).get(f"/search?q={quote(trial.subject())}")
    require(page.status_code == 200, f"the search is answered with {page.status_code}")
    found = re.search(rf'id="row-{trial.tickets[0]}"', page.text)
    require(bool(found) is expected, "searching its subject does not find it")


@check("log_lines")
def log_lines(trial: Trial, expected: int) -> None:
    """One JSON object a line, and nothing of the email in it: so many lines an event, whatever the email says."""
    words = [word for word in re.findall(r"\w{4,}", trial.subject()) if not word.isdigit()] if trial.tickets else []
    for line in trial.world.poller.log.read_bytes().split(b"\n"):
        said = line.decode("utf-8", "replace")
        if not said:
            continue
        require(said.startswith('{"at": ') and said.endswith("}"), "a line of the log is none of ours")
        require(not re.search(r"[\x00-\x1f\x7f-\x9f]", said), "a control character is in the log")
        require(not any(word in said for word in words if len(word) > 6), "the subject is in the log")
    require(expected == 1, f"what is {expected} lines an event?")


@check("badge_spoof")
def badge_spoof(trial: Trial, expected: Any) -> None:
    """What the mail says is nowhere but in the mail's own box."""
    for sight in sights(trial):
        require(not sight.strayed, "the mail paints outside its box")
    said = [line.strip() for sight in sights(trial) for line in _of_the_mail(sight) if len(line.strip()) > 12]
    for sight in sights(trial):
        outside = [line for line in said if " ".join(line.split()) in sight.around and line not in trial.subject()]
        require(not outside, "words of the mail stand among ours")


def _of_the_mail(sight: Sight) -> list[str]:
    return [line for line in sight.text.splitlines() if " ".join(line.split()) not in sight.around]
