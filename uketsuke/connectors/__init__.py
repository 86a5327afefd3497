"""What plans act on: the local ledgers, people, other systems."""
