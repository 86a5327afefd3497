"""`python -m uketsuke` is the command line."""

from uketsuke.cli import main

main()
