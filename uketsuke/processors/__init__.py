"""What is done with a request: one file per service, one folder per city."""
