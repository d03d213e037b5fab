"""`./run fuzz NAME`: what is hostile or broken, made up as long as one likes."""

import click

from tests.fuzz.mail import mail


@click.group()
def fuzz() -> None:
    """Make up hostile input and look at what becomes of it."""


fuzz.add_command(mail)

if __name__ == "__main__":
    fuzz()
