"""The limits of reading email, as the configuration sets them."""

from helpdesk.config import Config
from helpdesk.mail.limits import Limits

_MEGABYTE = 1024 * 1024


def of_config(config: Config) -> Limits:
    mail = config.mail
    return Limits(
        email_bytes=mail.max_email_mb * _MEGABYTE,
        header_bytes=mail.max_header_kb * 1024,
        parts=mail.max_parts,
        depth=mail.max_depth,
        cpu_seconds=mail.parse_seconds,
        memory_bytes=mail.parse_memory_mb * _MEGABYTE,
    )
