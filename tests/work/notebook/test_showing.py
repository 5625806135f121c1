"""A notebook as a page: it shows what is to be seen, and nothing in it runs or asks anybody for anything."""

import re
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from windrow.work.notebook.showing import POLICY, clean, show

ELSEWHERE = "https://elsewhere.example.org/x"
HOSTILE = f"""<script>alert(1)</script><script src="{ELSEWHERE}"></script><img src="{ELSEWHERE}" onerror="alert(2)">
<iframe src="{ELSEWHERE}"></iframe><link rel="stylesheet" href="{ELSEWHERE}"><style>@import url({ELSEWHERE})</style>
<a href="javascript:alert(3)">here</a><a href="data:text/html,x">there</a><object data="{ELSEWHERE}"></object>
<div style="background: url({ELSEWHERE}); color: red" onclick="alert(4)">seen</div><form action="{ELSEWHERE}"></form>
<svg onload="alert(5)"><script>alert(6)</script></svg><meta http-equiv="refresh" content="0;url={ELSEWHERE}">"""


def displayed(**data: str) -> Any:
    return new_output("display_data", data={name.replace("__", "/"): value for name, value in data.items()})


def test_nothing_on_the_page_runs_or_is_loaded() -> None:
    outputs = [
        displayed(text__html=HOSTILE),
        new_output("display_data", data={"application/javascript": "alert(7)", "text/plain": "a chart"}),
        new_output("display_data", data={"text/html": HOSTILE}, metadata={"text/html": {"isolated": True}}),
        new_output("display_data", data={"image/svg+xml": f'<svg><image href="{ELSEWHERE}"/></svg>'}),
        new_output("stream", name="stdout", text="</pre><script>alert(8)</script>"),
    ]
    cells = [new_markdown_cell(HOSTILE), new_code_cell("'</pre><script>'", outputs=outputs)]

    page = show(new_notebook(cells=cells), "Tides </title><script>")

    written = re.sub(r'"data:[^"]*"', '""', page)
    assert f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">' in page
    assert "seen" in written
    assert "a chart" in written
    assert re.findall(r"<(?:script|iframe|object|link|form|svg|embed)\b", written) == []
    assert re.findall(r"<[^>]*\s(?:on\w+|src)=(?!\"\")[^>]*>", written) == []
    assert re.findall(r"<[^>]*(?:javascript:|elsewhere)[^>]*>", written) == []


def test_what_people_want_to_see_is_there() -> None:
    table = "<table><thead><tr><th>gauge</th></tr></thead><tbody><tr><td>Husum</td></tr></tbody></table>"
    outputs = [displayed(text__html=table, text__plain="gauge"), displayed(image__png="iVBORw0KGgo=")]
    cells = [new_markdown_cell("# Tides\n\nof *today*"), new_code_cell("x = 1", outputs=outputs)]

    page = show(new_notebook(cells=cells), "Tides")

    assert ("<h1" in page, "<em>today</em>" in page) == (True, True)
    assert "<td>Husum</td>" in page
    assert "data:image/png;base64,iVBORw0KGgo=" in page


def test_showing_it_leaves_the_notebook_as_it_is() -> None:
    output = new_output("display_data", data={"text/html": "<b>x</b>"}, metadata={"text/html": {"isolated": True}})
    notebook = new_notebook(cells=[new_code_cell("x", outputs=[output])])
    before = nbformat.writes(notebook)

    show(notebook, "x")

    assert nbformat.writes(notebook) == before


def test_clean_html_stays_as_it_is() -> None:
    told = '<p class="a">x <a href="https://example.org">y</a><img alt="z" src="data:image/png;base64,AA=="></p>'

    assert clean(told) == told
