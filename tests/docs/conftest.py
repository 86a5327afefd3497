"""The documentation's tests use the command line as its readers do."""

from tests.cli.conftest import cli

__all__ = ["cli"]
