"""How long things take beside what they cannot do without; `python -m tests.bench`, or `make bench`."""
