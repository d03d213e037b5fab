"""The craft of email: bytes in, values out, and back; knows no database."""
