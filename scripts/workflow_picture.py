"""The workflow table for readers: as tables, and as a picture of its four groups of kinds."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import NoReturn

from attrs import frozen

from govinteract.feedback import Workflow

GROUPS = {
    "open": ("received", "active"),
    "waiting": ("waiting",),
    "answer": ("answered", "resolved", "declined", "forwarded", "duplicate"),
    "withdrawn": ("withdrawn",),
}
TITLES = {
    "open": {"en": "The office owes an answer", "vi": "Cơ quan còn phải trả lời"},
    "waiting": {"en": "It waits for the citizen", "vi": "Chờ người dân"},
    "answer": {"en": "The office's answer stands", "vi": "Cơ quan đã có câu trả lời"},
    "withdrawn": {"en": "It ended without an answer", "vi": "Kết thúc không cần trả lời"},
}
WHO = {
    "citizen": {"en": "citizen", "vi": "người dân"},
    "officer": {"en": "officer", "vi": "cán bộ"},
    "system": {"en": "system", "vi": "hệ thống"},
    "import": {"en": "import", "vi": "nhập dữ liệu"},
}
NAME = {
    "en": "The life of a case: four groups of states and the verbs that lead between them",
    "vi": "Vòng đời một phản ánh: bốn nhóm trạng thái và các thao tác chuyển giữa chúng",
}

WIDTH, LINE = 1000, 26
TOP = 104
INK, PAPER, QUIET = "#0b5c55", "#f4faf9", "#55706c"
SANS = 'system-ui,"Segoe UI",Roboto,"Noto Sans",sans-serif'
MONO = 'ui-monospace,"DejaVu Sans Mono",monospace'
STYLE = f"""\
text{{font:14px {SANS};fill:#17302d}}.title{{font-weight:600}}
.key,.verb{{font-family:{MONO};font-size:12px}}
.key{{fill:{QUIET}}}.who{{font-size:12px;fill:{QUIET}}}
.box{{fill:#fff}}.head{{fill:#d8ece9}}
.box,.rim{{stroke:{INK};stroke-width:1.5}}.rim{{fill:none}}
.edge{{fill:none;stroke:{INK};stroke-width:1.5;marker-end:url(#tip)}}"""
TIP = (
    '<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8"'
    f' markerHeight="8" orient="auto"><path d="M0 0L10 5L0 10z" fill="{INK}"/></marker></defs>'
)


@frozen
class Box:
    """A group as it is drawn: its states with their labels, and the verbs that stay within it."""

    group: str
    x: int
    y: int
    width: int
    states: Sequence[tuple[str, str]]
    within: Sequence[str]

    @property
    def height(self) -> int:
        """Pixels from its top to its bottom."""
        return 36 + LINE * len(self.states) + 18 * len(self.within) + 8

    @property
    def bottom(self) -> int:
        """Where it ends."""
        return self.y + self.height

    @property
    def right(self) -> int:
        """Its right edge."""
        return self.x + self.width


@frozen
class Edge:
    """A path between two groups and where its label stands: `anchor` as SVG has it."""

    path: str
    x: int
    y: int
    anchor: str
    below: bool


def states_table(workflow: Workflow) -> Iterator[str]:
    """Yield the lines of a Markdown table of the states."""
    yield "| State | Kind | English | Tiếng Việt |"
    yield "|---|---|---|---|"
    for state in workflow.states.values():
        yield f"| `{state.key}` | {state.kind} | {state.label['en']} | {state.label['vi']} |"


def moves_table(workflow: Workflow) -> Iterator[str]:
    """Yield the lines of a Markdown table of the moves, one for each that the table has."""
    yield "| Verb | From | To | Who | Why |"
    yield "|---|---|---|---|---|"
    sources: dict[tuple[str, str, str, str], list[str]] = {}
    for (source, verb), move in workflow.moves.items():
        row = (verb, move.to, ", ".join(move.by), move.why)
        sources.setdefault(row, []).append(source)
    for (verb, to, who, why), found in sources.items():
        named = ", ".join(f"`{source}`" if source else "(new)" for source in found)
        places = "every state" if len(found) == len(workflow.states) else named
        yield f"| `{verb}` | {places} | {'`=`' if to == '=' else f'`{to}`'} | {who} | {why} |"


def draw(workflow: Workflow, lang: str) -> str:
    """Return the picture as SVG; a reader sees it on light and on dark pages."""
    labels = _labels(workflow, lang)
    boxes = _boxes(workflow, lang, labels)
    height = boxes["withdrawn"].bottom + 32
    edges = _edges(boxes)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
        f"<title>{escape(NAME[lang])}</title>",
        f"<style>{STYLE}</style>",
        TIP,
        f'<rect width="{WIDTH}" height="{height}" rx="10" fill="{PAPER}"/>',
    ]
    for way, lines in labels.items():
        if way[0] != way[1]:
            parts += _edge(edges.get(way) or _unplaced(way), lines)
    for box in boxes.values():
        parts += _box(box, TITLES[box.group][lang])
    return "\n".join([*parts, "</svg>", ""])


def _labels(workflow: Workflow, lang: str) -> Mapping[tuple[str, str], list[str]]:
    """Return for each way between groups a line `who: verbs` for each circle of actors."""
    group = {kind: name for name, kinds in GROUPS.items() for kind in kinds}
    of_state = {state.key: group[state.kind] for state in workflow.states.values()} | {"": ""}
    found: dict[tuple[str, str], dict[tuple[str, ...], dict[str, None]]] = {}
    for (source, verb), move in workflow.moves.items():
        if move.to in {"=", source}:
            continue
        way = (of_state[source], of_state[move.to])
        found.setdefault(way, {}).setdefault(move.by, {})[verb] = None
    return {
        way: [
            line
            for by, verbs in circles.items()
            for line in _wrapped(", ".join(WHO[one][lang] for one in by), list(verbs))
        ]
        for way, circles in found.items()
    }


def _wrapped(who: str, verbs: Sequence[str]) -> Iterator[str]:
    yield f"{who}:"
    for start in range(0, len(verbs), 3):
        yield "\t" + ", ".join(verbs[start : start + 3]) + ("," if start + 3 < len(verbs) else "")


def _boxes(
    workflow: Workflow, lang: str, labels: Mapping[tuple[str, str], list[str]]
) -> dict[str, Box]:
    def make(group: str, x: int, y: int, width: int) -> Box:
        states = [
            (state.label[lang], state.key)
            for state in workflow.states.values()
            if state.kind in GROUPS[group]
        ]
        return Box(group, x, y, width, states, labels.get((group, group), []))

    left, right = make("open", 24, TOP, 280), make("answer", 640, TOP, 336)
    waiting = make("waiting", 340, max(left.bottom, right.bottom) + 40, 280)
    gap = 28 + 16 * len(labels.get(("waiting", "withdrawn"), []))
    withdrawn = make("withdrawn", 290, waiting.bottom + gap, 380)
    return {box.group: box for box in (left, right, waiting, withdrawn)}


def _edges(boxes: Mapping[str, Box]) -> dict[tuple[str, str], Edge]:
    """Return a fixed path for each way that the table may have."""
    a, b, c, d = (boxes[name] for name in ("open", "waiting", "answer", "withdrawn"))
    out, inn = a.y + 84, a.y + 150
    up, down, end = b.y + 34, b.y + 62, d.y + 22
    paths = {
        ("", "open"): (f"M160 14V{a.y}", 172, 14, "start", True),
        ("open", "answer"): (f"M{a.right} {out}H{c.x}", 472, out - 6, "middle", False),
        ("answer", "open"): (f"M{c.x} {inn}H{a.right}", 472, inn - 6, "middle", False),
        ("open", "waiting"): (f"M90 {a.bottom}V{down}H{b.x}", 215, down, "middle", True),
        ("waiting", "open"): (f"M{b.x} {up}H210V{a.bottom}", 275, up - 6, "middle", False),
        ("waiting", "answer"): (f"M{b.right} {up}H810V{c.bottom}", 712, up - 6, "middle", False),
        ("answer", "waiting"): (f"M880 {c.bottom}V{down}H{b.right}", 740, down, "middle", True),
        ("open", "withdrawn"): (f"M62 {a.bottom}V{end}H{d.x}", 178, end - 6, "middle", False),
        ("withdrawn", "open"): (f"M{d.x} {end + 26}H38V{a.bottom}", 178, end + 26, "middle", True),
        ("waiting", "withdrawn"): (f"M480 {b.bottom}V{d.y}", 492, b.bottom + 6, "start", True),
        ("answer", "withdrawn"): (f"M930 {c.bottom}V{end}H{d.right}", 775, end, "middle", True),
    }
    return {way: Edge(*path) for way, path in paths.items()}


def _unplaced(way: tuple[str, str]) -> NoReturn:
    sys.exit(f"the workflow leads from {way[0]!r} to {way[1]!r}: give that way a path in _edges")


def _edge(edge: Edge, lines: Sequence[str]) -> Iterator[str]:
    yield f'<path class="edge" d="{edge.path}"/>'
    first = edge.y + 16 if edge.below else edge.y - 16 * (len(lines) - 1)
    for number, line in enumerate(lines):
        kind = "verb" if line.startswith("\t") else "who"
        yield _text(kind, edge.x, first + 16 * number, line, edge.anchor)


def _box(box: Box, title: str) -> Iterator[str]:
    size = f'x="{box.x}" y="{box.y}" width="{box.width}" height="{box.height}" rx="8"'
    head = f"M{box.x} {box.y + 28}v-20q0-8 8-8h{box.width - 16}q8 0 8 8v20z"
    yield f'<rect class="box" {size}/><path class="head" d="{head}"/><rect class="rim" {size}/>'
    yield _text("title", box.x + box.width // 2, box.y + 20, title, "middle")
    y = box.y + 50
    for label, key in box.states:
        yield _text("label", box.x + 12, y, label)
        yield _text("key", box.right - 12, y, key, "end")
        y += LINE
    for line in box.within:
        yield _text("verb" if line.startswith("\t") else "who", box.x + 12, y, line)
        y += 18


def _text(kind: str, x: int, y: int, line: str, anchor: str = "start") -> str:
    text = escape(line.strip())
    return f'<text class="{kind}" x="{x}" y="{y}" text-anchor="{anchor}">{text}</text>'
