"""Sentence patterns that several services share: an extension, a section by way of introduction."""

from __future__ import annotations

import re

EXTENSION = re.compile(r"内線(?:番号)?\s{0,4}(?:は|:)?\s{0,4}(?P<value>\d{3,5})(?!\d)")
INTRODUCES = re.compile(r"(?P<value>\S{2,12}?[課室所局部])の?\s{0,2}\S{1,8}(?:です|と申します|でございます)")
