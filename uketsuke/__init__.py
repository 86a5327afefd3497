"""uketsuke (受付): requests in, ledgers changed, letters out, everything explained."""
