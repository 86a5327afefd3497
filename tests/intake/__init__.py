"""Tests of reading: bytes in, content out."""
