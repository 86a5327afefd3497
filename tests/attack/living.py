"""What of a page is alive that we did not write: elements, attributes, addresses, scripts."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from lxml import html

import uketsuke

_TEMPLATES = Path(uketsuke.__file__).parent / "templates" / "console"
_JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_TAG = re.compile(r"<([a-zA-Z][a-zA-Z0-9-]*)")
_NAMES = re.compile(r"""[\s"']([a-zA-Z][a-zA-Z0-9_:-]*)(?=[=\s>/"'])""")
_ADDRESSES = frozenset({"href", "src", "action", "formaction", "data", "xlink:href", "hx-get", "hx-post"})
_OURS = re.compile(r"(/(?![/\\])|#|mailto:[^?]*$|tel:|$)")
_HANDLER = re.compile(r"(on|hx-on|style$|srcdoc$|srcset$)")


@cache
def vocabulary() -> tuple[frozenset[str], frozenset[str]]:
    """Elements and words of our templates; what is not among them is not ours."""
    sources = [file.read_text("utf-8") for file in _TEMPLATES.rglob("*.html")]
    elements = {name.lower() for source in sources for name in _TAG.findall(_JINJA.sub(" ", source))}
    words = {name.lower() for source in sources for name in _NAMES.findall(source)}
    return frozenset(elements | {"html", "head", "body", "tbody"}), frozenset(words)


def strange(page: html.HtmlElement) -> list[str]:
    """Everything that a text has become."""
    elements, words = vocabulary()
    found = []
    for element in page.iter():
        if not isinstance(element.tag, str):
            found += [f"comment {element.text!r:.80}"] if "hit" in (element.text or "") else []
            continue
        if element.tag not in elements or (element.tag == "script" and not element.get("src")):
            found.append(f"<{element.tag}>")
        for name, value in element.attrib.items():
            if name not in words or "hit" in name or _HANDLER.match(name):
                found.append(f"<{element.tag} {name}>")
            elif name in _ADDRESSES and not _OURS.match(str(value).strip().lower()):
                found.append(f"<{element.tag} {name}={value!r:.80}>")
    return found
