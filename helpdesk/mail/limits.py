"""What one email may cost; past a limit it is kept, marked and visible."""

from dataclasses import dataclass

from helpdesk.config import Config

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    email_bytes: int = 25 * MEGABYTE
    header_bytes: int = 256 * 1024
    parts: int = 200
    attachments: int = 100
    depth: int = 50
    cpu_seconds: int = 10
    wall_seconds: float = 30.0
    memory_bytes: int = 1024 * MEGABYTE
    emails_per_child: int = 500


def of_config(config: Config) -> Limits:
    """The limits as the configuration sets them."""
    mail = config.mail
    return Limits(
        email_bytes=mail.max_email_mb * MEGABYTE,
        header_bytes=mail.max_header_kb * 1024,
        parts=mail.max_parts,
        depth=mail.max_depth,
        cpu_seconds=mail.parse_seconds,
        memory_bytes=mail.parse_memory_mb * MEGABYTE,
    )
