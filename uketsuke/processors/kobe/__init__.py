"""Services and ledgers of the Kobe task list."""
