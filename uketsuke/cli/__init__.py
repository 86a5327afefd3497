"""The command line: data on stdout, messages on stderr, exit codes that mean something (UX 8)."""

from __future__ import annotations


def main() -> None:
    """Run the program; its parts are imported only when it runs."""
    from uketsuke.cli.program import main as run

    run()
