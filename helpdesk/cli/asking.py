"""Asking the person at the terminal, and taking secrets from where others can't read along."""

import os
import sys

import click

from helpdesk.cli.errors import WrongUse


def given_secret(variable: str, *, from_stdin: bool = False) -> str:
    """A secret from standard input or an environment variable; empty when there is none."""
    if not from_stdin:
        return os.environ.get(variable, "")
    if sys.stdin.isatty():
        return str(click.prompt("Password", hide_input=True, confirmation_prompt="Again"))
    secret = sys.stdin.readline().rstrip("\r\n")
    if not secret:
        raise WrongUse("standard input was empty: send the secret there, on one line")
    return secret
