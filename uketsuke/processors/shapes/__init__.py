"""Shapes that several services share, written once."""
