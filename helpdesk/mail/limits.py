"""What one email may cost; past a limit it is kept, marked and visible."""

from dataclasses import dataclass

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
