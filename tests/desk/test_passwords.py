"""Passwords are checked as slowly for nobody as for somebody."""

from argon2 import PasswordHasher

from helpdesk.desk import passwords


def test_where_there_is_nobody_the_check_costs_what_it_costs_for_a_new_password():
    assert not PasswordHasher().check_needs_rehash(passwords.NOBODYS)


def test_nobodys_password_lets_nobody_in():
    assert PasswordHasher().verify(passwords.NOBODYS, "nobody has this password")
    assert not passwords.matches(None, "nobody has this password")
