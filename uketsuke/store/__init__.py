"""What is kept, and the only place that asks the database."""
