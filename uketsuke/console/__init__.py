"""Operators' screens and the requester's status page."""
