"""HTML bodies to text that people can read, quoted parts apart.

Nothing is fetched and no markup survives: only text leaves this module.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from inscriptis import Inscriptis
from inscriptis.css_profiles import CSS_PROFILES
from inscriptis.model.config import ParserConfig
from lxml import etree
from lxml import html as lxml_html

from uketsuke.intake.charset import clean

_META = re.compile(
    rb"<meta[^>]{0,200}?charset\s{0,5}=\s{0,5}[\"']?\s{0,5}([A-Za-z0-9_:.-]{1,40})", re.IGNORECASE
)
_QUOTES = (
    "descendant::blockquote | descendant::*[contains(concat(' ', @class, ' '), ' gmail_quote ')]"
    " | descendant::*[contains(concat(' ', @class, ' '), ' moz-cite-prefix ')]"
    " | descendant::*[@id='divRplyFwdMsg' or @id='appendonsend']"
    " | descendant::*[@id='divRplyFwdMsg']/following-sibling::*"
)
_INVISIBLE = re.compile(
    r"display\s{0,5}:\s{0,5}none|visibility\s{0,5}:\s{0,5}(?:hidden|collapse)|mso-hide\s{0,5}:\s{0,5}all"
    r"|font-size\s{0,5}:\s{0,5}0(?![.\d]*[1-9])|opacity\s{0,5}:\s{0,5}0(?![.\d]*[1-9])",
    re.IGNORECASE,
)
_MOST_COLUMNS = 200
"""Nobody reads more side by side, and laying thousands of them out costs ever more for each."""
_TRAILING = re.compile(r"[ \t\u00a0]+$", re.MULTILINE)
_CONVERSION_ERRORS = (etree.LxmlError, LookupError, ValueError, TypeError, AttributeError, RecursionError)


@dataclass(frozen=True)
class Markup:
    """The text of an HTML body."""

    text: str
    quoted: str = ""
    broken: bool = False
    """It could not be laid out; the bare words are there."""


def find_charset(data: bytes) -> str:
    """The charset that the document claims itself, `""` when it does not (first 2 KiB)."""
    match = _META.search(data[:2048])
    return match[1].decode("ascii") if match else ""


def read_markup(markup: str) -> Markup:
    """Lays HTML out as text; quotes of the usual mailers are taken out of it."""
    if not markup.strip():
        return Markup("")
    parser = lxml_html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        tree = lxml_html.document_fromstring(markup.encode("utf-8"), parser=parser)
    except (etree.LxmlError, ValueError):
        return Markup("", broken=True)
    _drop_styles(tree)
    _flatten_tables(tree)
    try:
        quoted = [_lay_out(element) for element in _detach_quotes(tree)]
        return Markup(_lay_out(tree), "\n".join(quoted))
    except _CONVERSION_ERRORS:
        return Markup(
            clean("\n".join(" ".join(text.split()) for text in tree.itertext() if text.strip())), broken=True
        )


def _detach_quotes(tree: lxml_html.HtmlElement) -> list[lxml_html.HtmlElement]:
    """Takes the quotes out of the tree, an inner one out of its outer one too."""
    quotes = [element for element in tree.xpath(_QUOTES) if element.getparent() is not None]
    for element in quotes:
        element.drop_tree()
    return quotes


def _drop_styles(tree: lxml_html.HtmlElement) -> None:
    """Takes out what is not shown, and the lengths with which a mail could ask for a gigabyte of blanks."""
    for element in tree.xpath("descendant::*[@hidden]"):
        if element.getparent() is not None:
            element.drop_tree()
    for element in tree.xpath("descendant::*[@style]"):
        if _INVISIBLE.search(element.attrib.pop("style")) and element.getparent() is not None:
            element.drop_tree()


def _flatten_tables(tree: lxml_html.HtmlElement) -> None:
    """Makes blocks of the tables that only place things, and of those that padding would blow up.

    A column is as wide as its widest cell in every row: 64 kB of cells took 390 MB that way.
    """
    for table in list(tree.iter("table")):
        rows = [len(row.text_content()) for row in table.iter("tr")]
        layout = next(table.iterdescendants("table"), None) is not None
        layout = layout or any(len(row) > _MOST_COLUMNS for row in table.iter("tr"))
        if layout or len(rows) * max(rows, default=0) > 8 * sum(rows) + 4000:
            for element in table.iter("table", "thead", "tbody", "tr", "td", "th"):
                if element is table or _belongs(element, table):
                    element.tag = "div"


def _belongs(element: lxml_html.HtmlElement, table: lxml_html.HtmlElement) -> bool:
    """Whether the nearest table around an element is this one."""
    return next(element.iterancestors("table"), None) is table


def _lay_out(tree: lxml_html.HtmlElement) -> str:
    config = ParserConfig(css=CSS_PROFILES["strict"], display_links=False)
    return _TRAILING.sub("", clean(Inscriptis(tree, config).get_text())).strip("\n")
