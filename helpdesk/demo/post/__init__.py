"""The sandbox's post office: SMTP takes mail for any address, IMAP shows each address its own, on loopback only."""
