"""How much of a message the reader is willing to look at, and for how long.

The numbers are those of FAULTS 2, guards 2, 2b and 6: ordinary mail stays far
below them, and below them no constructed mail costs more than a second.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Bounds for reading one message; sizes in bytes unless the name says otherwise."""

    raw: int = 25 * 1024 * 1024
    header_block: int = 64 * 1024
    headers: int = 300
    header: int = 8 * 1024
    boundary_lines: int = 2_000
    parts: int = 100
    depth: int = 20
    part_header: int = 2 * 1024
    """One Content-* header of a part."""
    part_headers: int = 64 * 1024
    """All part headers of a mail together."""
    html: int = 1024 * 1024
    """One HTML body; its layout costs far more than plain text."""
    text: int = 2 * 1024 * 1024
    """Decoded text kept of all text parts together; nobody reads more than that on a screen."""
    values: int = 500
    """Fields of one record or form, and cells of one row."""
    rows: int = 500
    """Rows of one table."""
    signed: int = 4 * 1024 * 1024
    """A larger mail's signatures are not checked."""
    signatures: int = 5
    """Signatures noted; the rest of them is not looked at."""
    dkim_keys: tuple[tuple[str, str], ...] = ()
    """`selector._domainkey.domain` and its record: what is not here is not asked for elsewhere."""


@dataclass(frozen=True)
class ProcessLimits:
    """Bounds for the guarded process (DESIGN 13, FAULTS 2 guard 6)."""

    cpu_seconds: int = 5
    """Soft RLIMIT_CPU for each mail, on top of what the process has used so far."""
    memory: int = 512 * 1024 * 1024
    """RLIMIT_AS in bytes, on top of the address space of the idle process."""
    wall_seconds: float = 10.0
    mails: int = 500
    """Mails after which the process is replaced."""
