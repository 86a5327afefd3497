"""The life of a request after it is accepted."""
