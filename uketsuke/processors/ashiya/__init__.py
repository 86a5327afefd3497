"""Services and ledgers of the Ashiya specification."""
