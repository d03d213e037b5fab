"""Our Message-IDs and their secrets; subjects made comparable."""

import time

import pytest

from helpdesk.mail import thread

MINE = "<t.42.0123456789abcdef0123456789abcdef@candour.example>"


def test_every_id_is_new_and_carries_enough_chance():
    ids = {thread.new_message_id(7, "Candour.Example") for _ in range(1000)}
    assert len(ids) == 1000
    for one in ids:
        secret = thread.secret_of(one)
        assert secret is not None
        assert len(secret) * 4 >= 96
        assert one == f"<t.7.{secret}@candour.example>"


def test_a_reply_points_to_its_nearest_ancestor_first():
    older = MINE.replace("42.0", "42.f")
    found = thread.candidates([MINE], ["<x@y>", f"{older} {MINE}"])
    assert [(one.ticket_number, one.message_id) for one in found] == [(42, MINE), (42, older)]


@pytest.mark.parametrize(
    "written",
    [MINE, MINE.strip("<>"), f"  {MINE} (comment)", MINE.replace("candour", "Candour"), f"<a@b>{MINE}<c@d>"],
)
def test_ids_are_found_however_a_client_writes_them(written: str):
    assert [one.ticket_number for one in thread.candidates([], [written])] == [42]


@pytest.mark.parametrize(
    "written",
    ["", "<x@y>", "<t.42.0123@candour.example>", "<t.-1.0123456789abcdef0123456789abcdef@x>", MINE.upper(),
     MINE.replace("t.42", "t.٤٢"), MINE.replace("t.42.", f"t.{'9' * 30}."), "\x00" * 50],
)  # fmt: skip
def test_what_is_not_of_our_shape_points_nowhere(written: str):
    assert thread.candidates([written], [written]) == []
    assert thread.secret_of(written) is None


def test_a_secret_is_compared_not_printed():
    (pointer,) = thread.candidates([MINE], [])
    assert thread.same_secret(pointer.secret, "0123456789abcdef0123456789abcdef")
    assert not thread.same_secret(pointer.secret, "0123456789abcdef0123456789abcdee")
    assert not thread.same_secret("é\ud800", pointer.secret)
    assert pointer.secret not in repr(pointer)


def test_hostile_references_cost_little():
    began = time.monotonic()
    thread.candidates(["<t.1." * 400_000], ["t.4" * 1_000_000, f"{MINE} " * 50_000])
    assert len(thread.candidates([], [thread.new_message_id(n, "x.example") for n in range(10_000)])) == 50
    assert time.monotonic() - began < 1


@pytest.mark.parametrize(
    "subject",
    ["Order 4711", "Re: Order 4711", "RE: AW: Sv: Order 4711", "Re[2]: Order  4711", "Fwd: [Helpdesk #12] Order 4711",
     "WG: order 4711", "回复: Order 4711", "回复：Order 4711", "Antw: Re: Order 4711",
     "[EXTERNAL] Re: Order 4711",
     "Ynt: Order 4711", "VS: Vá: Order 4711", "Odp: Order\r\n 4711", "RE : Order 4711", "Re (3): Order 4711"],
)  # fmt: skip
def test_subjects_of_one_matter_look_alike(subject: str):
    assert thread.normalised_subject(subject) == "order 4711"


@pytest.mark.parametrize("subject", ["Regarding: x", "Repair: x", "Invoice: x", "[x]", "Re:", "Research", "Ref: 12"])
def test_honest_subjects_keep_their_words(subject: str):
    assert thread.normalised_subject(subject) == subject.casefold()
