"""`python -m helpdesk.cli` is `helpdesk`: how the supervisor starts its children, wherever the script lies."""

from helpdesk.cli import main

main(prog_name="helpdesk")
