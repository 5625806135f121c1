"""Showing: an executed notebook as one page for browsers, which loads nothing from anywhere and runs no script."""

from html import escape
from typing import Any

import bleach
from bleach.css_sanitizer import CSSSanitizer
from bs4 import BeautifulSoup
from nbconvert.exporters.html import HTMLExporter
from nbformat import NotebookNode
from pygments.formatters import HtmlFormatter
from traitlets.config import Config

POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
"""Where the page may load from: nowhere. Pictures and styles are in it."""

PRIORITY = ["text/html", "text/markdown", "image/svg+xml", "image/png", "image/jpeg", "text/latex", "text/plain"]
"""What is shown of an output that comes in several forms: never one that is a script or needs one."""

_SHOWN = """
a abbr b blockquote br caption center code col colgroup dd del details div dl dt em figcaption figure h1 h2 h3 h4 h5 h6
hr i img ins kbd li mark ol p pre s samp small span strong sub summary sup table tbody td tfoot th thead tr u ul var
"""
TAGS = frozenset(_SHOWN.split())
EVERYWHERE = frozenset({"class", "id", "title", "style", "align", "dir", "lang"})
ATTRIBUTES = {
    "a": {"href", "name"},
    "img": {"alt", "width", "height"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "ol": {"start"},
}
GONE = ("script", "style", "template", "noscript", "iframe", "object", "embed", "title")
"""Elements of which not even the content is for readers."""

STYLE = """
body { max-width: 70rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif; color: #1f2328;
  background: #fff }
pre, code { font: .85rem/1.45 ui-monospace, monospace }
.cell { margin: 1rem 0 } .prompt { color: #57606a; font: .75rem ui-monospace, monospace }
.input_area, .output_subarea { overflow-x: auto }
.input_area { border: 1px solid #d0d7de; border-radius: 4px; background: #f6f8fa; padding: 0 .75rem }
.output_subarea { padding: 0 .75rem } .output_stderr, .output_error { background: #fff0ee }
.anchor-link { display: none }
table { border-collapse: collapse } td, th { border: 1px solid #d0d7de; padding: .2rem .5rem } img { max-width: 100% }
"""


def show(notebook: NotebookNode, title: str) -> str:
    """The page, in HTML."""
    exporter = HTMLExporter(
        template_name="basic",
        sanitize_html=True,
        config=Config({"NbConvertBase": {"display_data_priority": PRIORITY}}),
    )
    exporter.register_filter("clean_html", clean)
    exporter.log.setLevel("ERROR")  # pictures without a text that stands for them are its author's business
    body, _ = exporter.from_notebook_node(_without_frames(notebook))
    colours = HtmlFormatter(nobackground=True).get_style_defs(".highlight")
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        f'<meta name="viewport" content="width=device-width">\n<title>{escape(title)}</title>\n'
        f"<style>{STYLE}{colours}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def clean(element: Any) -> str:
    """HTML without whatever runs, loads or asks for something."""
    soup = BeautifulSoup(str(element), "html.parser")
    for each in soup.find_all(GONE):
        each.decompose()
    return str(
        bleach.clean(str(soup), tags=TAGS, attributes=_may_stay, strip=True, css_sanitizer=_STYLES, protocols=_SCHEMES)
    )


_STYLES = CSSSanitizer()
_SCHEMES = {"http", "https", "mailto", "data"}


def _may_stay(tag: str, name: str, value: str) -> bool:
    if tag == "img" and name == "src":
        return value.startswith("data:image/")
    if tag == "a" and name == "href":
        return not value.strip().lower().startswith("data:")
    return name in EVERYWHERE or name in ATTRIBUTES.get(tag, ())


def _without_frames(notebook: NotebookNode) -> NotebookNode:
    """A copy in which no output asks for a frame of its own."""
    copy: NotebookNode = notebook.copy()
    copy.cells = [NotebookNode(each) for each in notebook.cells]
    for cell in copy.cells:
        if "outputs" in cell:
            cell.outputs = [NotebookNode({**each, **_unframed(each)}) for each in cell.outputs]
    return copy


def _unframed(output: NotebookNode) -> dict[str, Any]:
    metadata = {name: value for name, value in output.get("metadata", {}).items() if name != "text/html"}
    return {"metadata": NotebookNode(metadata)} if "metadata" in output else {}
