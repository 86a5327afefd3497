"""The vocabulary: what a receipt, a reading, a request, a plan is. Pure: no I/O, no clock, no database."""
