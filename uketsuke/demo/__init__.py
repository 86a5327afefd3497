"""Data of みなと市, the invented city that `uketsuke demo` runs: people, ledgers, mails, notes."""
