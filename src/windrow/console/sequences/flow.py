"""The flow of a document, drawn: a box for each step from the top down, a frame around each loop, arrows for jumps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from windrow.work.sequence.documents import Dialect
from windrow.work.sequence.telling import shown_url

WIDTH = 330
"""Of a box that stands in no loop; all sizes are the drawing's own units."""

LINE, PAD, GAP = 17, 9, 20
"""The height of a line of text, what is around the lines of a box, and what is between two boxes."""

INSET = 12
HEAD = 26
"""What the head of a loop's frame takes."""

LANE = 13
"""Between two jumps that are drawn beside one another."""

MOST_DRAWN = 80
"""Steps; of a longer document the first ones are drawn."""

DEEPEST = 6
"""Loops in loops that are drawn; what is in deeper ones is told of."""

LETTER, BOLD_LETTER = 6.9, 8.1
"""How wide a letter is, about: of the lines, and of a title."""


@dataclass(frozen=True, slots=True)
class Box:
    """A step; `lines` are what it does beside `title`, `place` is where it stands in the document."""

    place: str
    title: str
    lines: Sequence[str]
    x: int
    y: int
    width: int
    height: int
    tone: str


@dataclass(frozen=True, slots=True)
class Frame:
    """A loop around the steps that it does for each item."""

    title: str
    x: int
    y: int
    width: int
    height: int

    @property
    def back(self) -> str:
        """The path of the arrow from its last step to its first."""
        left, top, bottom = self.x + 5, self.y + HEAD + 6, self.y + self.height - 10
        up = f"Q{left} {bottom} {left} {bottom - 3} V{top + 3} Q{left} {top} {left + 3} {top}"
        return f"M{left + 7} {bottom} H{left + 3} {up} H{left + 6}"


@dataclass(frozen=True, slots=True)
class Arrow:
    """The path of a line that ends in an arrow; `kind` is next or jump."""

    path: str
    kind: str


@dataclass(slots=True)
class Flow:
    """A drawing; `left_out` tells how many steps are not drawn."""

    width: int = WIDTH
    height: int = 0
    boxes: list[Box] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)
    arrows: list[Arrow] = field(default_factory=list)
    jumps: list[tuple[Box, Box]] = field(default_factory=list)
    left_out: int = 0


def draw(document: Mapping[str, Any], dialect: Dialect) -> Flow | None:
    """The drawing of a document; None where it has no steps."""
    flow = Flow()
    steps = document.get("requests")
    if not isinstance(steps, list) or not steps:
        return None
    flow.height = _list(flow, steps, dialect, "requests", _Column(1, 1, WIDTH)) + 1
    for number, (before, after) in enumerate(flow.jumps):
        flow.arrows.append(Arrow(_jump(before, after, WIDTH + 8 + number * LANE), "jump"))
    flow.width = WIDTH + 2 + (12 + len(flow.jumps) * LANE if flow.jumps else 0)
    return flow


@dataclass(frozen=True, slots=True)
class _Column:
    """Where a list is drawn: its left upper corner, its width, and how many loops it stands in."""

    x: int
    y: int
    width: int
    depth: int = 0


def _list(flow: Flow, steps: Sequence[Any], dialect: Dialect, place: str, at: _Column) -> int:
    """Draws a list from the top down; where it ends."""
    y = at.y
    named: dict[str, Box] = {}
    wanted: list[tuple[Box, str]] = []
    for number, step in enumerate(steps):
        if len(flow.boxes) >= MOST_DRAWN:
            flow.left_out += len(steps) - number
            break
        if number:
            flow.arrows.append(Arrow(f"M{at.x + at.width // 2} {y} v{GAP - 5}", "next"))
            y += GAP
        given = step if isinstance(step, Mapping) else {}
        box = _box(step, dialect, f"{place}[{number}]", replace(at, y=y))
        flow.boxes.append(box)
        named.setdefault(str(given.get("name", "")), box)
        rule = given.get("on_error")
        if isinstance(rule, Mapping):
            wanted.append((box, str(rule.get("goto"))))
        y = box.y + box.height
        loop = given.get(loop_key(dialect))
        if isinstance(loop, Mapping):
            y = _loop(flow, loop, dialect, box, at.depth + 1)
    flow.jumps += [(box, named[name]) for box, name in wanted if name in named]
    return y


def _loop(flow: Flow, loop: Mapping[str, Any], dialect: Dialect, box: Box, depth: int) -> int:
    """Draws a loop below its step; where it ends."""
    key = f"{box.place}.{loop_key(dialect)}.requests"
    steps = loop.get("requests")
    steps = steps if isinstance(steps, list) else []
    top = box.y + box.height + 6
    inner = _Column(box.x + INSET, top + HEAD, box.width - INSET - 4, depth)
    if depth > DEEPEST:
        flow.left_out += len(steps)
        bottom = top + HEAD
    else:
        bottom = _list(flow, steps, dialect, key, inner) + 8
    flow.frames.append(Frame(_cut(_items(loop), box.width - 20, 7.2), box.x, top, box.width, bottom - top))
    return bottom


def loop_key(dialect: Dialect) -> str:
    """The key that a step's loop stands under."""
    return "__def_loop__" if dialect is Dialect.COMPAT else "loop"


def _items(loop: Mapping[str, Any]) -> str:
    by = loop.get("by")
    words = [f"for each item of {by if isinstance(by, str) else 'a list'}"]
    if loop.get("as"):
        words.append(f"as {loop['as']}")
    if loop.get("filter"):
        words.append("filtered")
    if loop.get("parallel", 1) != 1:
        words.append(f"{loop['parallel']} at once")
    return ", ".join(words)


def _box(step: Any, dialect: Dialect, place: str, at: _Column) -> Box:
    if not isinstance(step, Mapping):
        return Box(place, "no request", (), at.x, at.y, at.width, LINE + 2 * PAD, "bad")
    title, *words = _words(step, dialect)
    lines = [_cut(each, at.width - 2 * PAD) for each in words]
    height = 2 * PAD + LINE * (1 + len(lines))
    title = _cut(title, at.width - 2 * PAD, BOLD_LETTER)
    return Box(place, title, lines, at.x, at.y, at.width, height, "live" if "api" in step else "idle")


def _words(step: Mapping[str, Any], dialect: Dialect) -> list[str]:
    words = [_title(step), *([_does(step)] if "name" in step and _does(step) else [])]
    if "when" in step:
        words.append(f"when {step['when']}")
    repeated = []
    if isinstance(step.get("retry"), Mapping):
        repeated.append(f"up to {step['retry'].get('attempts')} attempts")
    if isinstance(step.get("pages"), Mapping):
        repeated.append("all pages")
    if repeated:
        words.append(", ".join(repeated))
    saved = [str(step[key]) for key in ("save_to", "save_req_to") if step.get(key)]
    saved += list(step["set"]) if isinstance(step.get("set"), Mapping) else []
    if saved and _title(step) != _saves(saved):
        words.append(_saves(saved) + (", secret" if step.get("secret") else ""))
    words += [f"{word} where {step[word]}" for word in ("break", "continue") if word in step]
    return [*words, *_on_error(step, dialect)]


def _title(step: Mapping[str, Any]) -> str:
    if "name" in step:
        return str(step["name"])
    if does := _does(step):
        return does
    return _saves(list(step["set"])) if isinstance(step.get("set"), Mapping) else "step"


def _does(step: Mapping[str, Any]) -> str:
    """What it asks or begins; empty where it does neither."""
    for word in ("task", "walker"):
        if isinstance(step.get(word), Mapping):
            return f"{word} {next((step[word][key] for key in ('name', 'kind', 'id') if key in step[word]), '')}"
    return _asks(step) if "api" in step else ""


def _saves(names: Sequence[str]) -> str:
    return "saves " + ", ".join(names)


def _asks(step: Mapping[str, Any]) -> str:
    url = shown_url(step["api"]).removeprefix("https://").removeprefix("http://")
    return f"{step.get('method', '')} {url}".strip()


def _on_error(step: Mapping[str, Any], dialect: Dialect) -> list[str]:
    if dialect is Dialect.COMPAT:
        return ["errors are ignored"] if step.get("ignore_error") else []
    rule = step.get("on_error", "stop")
    if isinstance(rule, Mapping):
        return [f"on an error: go to {rule.get('goto')}"]
    return [] if rule == "stop" else ["on an error: go on"]


def _cut(text: str, room: int, letter: float = LETTER) -> str:
    most = int(room / letter)
    return text if len(text) <= most else text[: most - 1] + "…"


def _jump(before: Box, after: Box, lane: int) -> str:
    begin, end = before.y + before.height // 2, after.y + 12
    right, there = before.x + before.width, after.x + after.width
    bend = 4 if end > begin else -4
    along = f"Q{lane} {begin} {lane} {begin + bend} V{end - bend} Q{lane} {end} {lane - 4} {end}"
    return f"M{right} {begin} H{lane - 4} {along} H{there + 5}"
