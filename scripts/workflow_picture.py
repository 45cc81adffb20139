"""The workflow table for readers: as tables, and as a picture of its four groups of kinds."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape

from attrs import field, frozen

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
    "withdrawn": {"en": "The citizen took it back", "vi": "Người dân đã rút"},
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

WIDTH, BOX, LINE = 960, 260, 26
LEFT, MIDDLE, RIGHT, TOP = 30, 350, 670, 84
STYLE = """\
text{font:14px system-ui,"Segoe UI",Roboto,"Noto Sans",sans-serif;fill:#17302d}
.title{font-weight:600}.key,.verb{font-family:ui-monospace,"DejaVu Sans Mono",monospace;font-size:12px}
.key{fill:#55706c}.who{font-size:12px;fill:#55706c}
.box{fill:#fff;stroke:#0b5c55;stroke-width:1.5}.head{fill:#d8ece9}
.edge{fill:none;stroke:#0b5c55;stroke-width:1.5;marker-end:url(#tip)}"""


@frozen
class Box:
    """A group as it is drawn: its states with their labels, and the verbs that stay within it."""

    group: str
    x: int
    y: int
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


@frozen
class Edge:
    """A path between two groups and where its label stands: `anchor` as SVG has it."""

    path: str
    x: int
    y: int
    anchor: str = field(default="middle")
    below: bool = False


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
        everywhere = len(found) == len(workflow.states)
        places = "every state" if everywhere else ", ".join(f"`{s}`" if s else "(new)" for s in found)
        yield f"| `{verb}` | {places} | {'`=`' if to == '=' else f'`{to}`'} | {who} | {why} |"


def draw(workflow: Workflow, lang: str) -> str:
    """Return the picture as SVG; a reader sees it on light and on dark pages."""
    labels = _labels(workflow, lang)
    boxes = _boxes(workflow, lang, labels)
    bottom = boxes["withdrawn"].bottom
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {bottom + 24}" role="img">',
        f"<title>{escape(NAME[lang])}</title>",
        f"<style>{STYLE}</style>",
        '<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8"'
        ' markerHeight="8" orient="auto"><path d="M0 0L10 5L0 10z" fill="#0b5c55"/></marker></defs>',
        f'<rect width="{WIDTH}" height="{bottom + 24}" rx="10" fill="#f4faf9"/>',
    ]
    edges = _edges(boxes)
    for way, lines in labels.items():
        if way[0] != way[1]:
            parts += _edge(edges[way], lines)
    for box in boxes.values():
        parts += _box(box, TITLES[box.group][lang])
    return "\n".join([*parts, "</svg>", ""])


def _labels(workflow: Workflow, lang: str) -> Mapping[tuple[str, str], list[str]]:
    """Return for each way between groups a line `who: verbs` for each circle of actors."""
    group = {kind: name for name, kinds in GROUPS.items() for kind in kinds}
    of_state = {state.key: group[state.kind] for state in workflow.states.values()} | {"": ""}
    found: dict[tuple[str, str], dict[tuple[str, ...], dict[str, None]]] = {}
    for (source, verb), move in workflow.moves.items():
        if move.to == "=" or move.to == source:
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
    def make(group: str, x: int, y: int) -> Box:
        states = [
            (state.label[lang], state.key)
            for state in workflow.states.values()
            if state.kind in GROUPS[group]
        ]
        return Box(group, x, y, states, labels.get((group, group), []))

    left, right = make("open", LEFT, TOP), make("answer", RIGHT, TOP)
    waiting = make("waiting", MIDDLE, max(left.bottom, right.bottom) + 40)
    withdrawn = make("withdrawn", MIDDLE, waiting.bottom + 60)
    return {box.group: box for box in (left, right, waiting, withdrawn)}


def _edges(boxes: Mapping[str, Box]) -> dict[tuple[str, str], Edge]:
    """Return a fixed path for each way that the table may have."""
    a, b, c, d = (boxes[name] for name in ("open", "waiting", "answer", "withdrawn"))
    across, end = a.x + BOX, d.y + 22
    up, down = b.y + 34, b.y + 62
    return {
        ("", "open"): Edge(f"M160 14V{a.y}", 172, 26, "start", below=True),
        ("open", "answer"): Edge(f"M{across} {a.y + 74}H{c.x}", 480, a.y + 68),
        ("answer", "open"): Edge(f"M{c.x} {a.y + 140}H{across}", 480, a.y + 134),
        ("open", "waiting"): Edge(f"M90 {a.bottom}V{down}H{b.x}", 222, down, below=True),
        ("waiting", "open"): Edge(f"M{b.x} {up}H210V{a.bottom}", 280, up - 6),
        ("waiting", "answer"): Edge(f"M{b.x + BOX} {up}H750V{c.bottom}", 680, up - 6),
        ("answer", "waiting"): Edge(f"M870 {c.bottom}V{down}H{b.x + BOX}", 738, down, below=True),
        ("open", "withdrawn"): Edge(f"M50 {a.bottom}V{end}H{d.x}", 200, end, below=True),
        ("waiting", "withdrawn"): Edge(f"M480 {b.bottom}V{d.y}", 492, b.bottom + 8, "start", below=True),
        ("answer", "withdrawn"): Edge(f"M910 {c.bottom}V{end}H{d.x + BOX}", 760, end, below=True),
    }


def _edge(edge: Edge, lines: Sequence[str]) -> Iterator[str]:
    yield f'<path class="edge" d="{edge.path}"/>'
    first = edge.y + 16 if edge.below else edge.y - 16 * (len(lines) - 1)
    for number, line in enumerate(lines):
        yield _text(edge.x, first + 16 * number, line, edge.anchor)


def _box(box: Box, title: str) -> Iterator[str]:
    yield f'<rect class="box" x="{box.x}" y="{box.y}" width="{BOX}" height="{box.height}" rx="8"/>'
    head = f"M{box.x} {box.y + 28}v-20q0-8 8-8h{BOX - 16}q8 0 8 8v20z"
    yield f'<path class="head" d="{head}"/>'
    yield f'<rect class="box" style="fill:none" x="{box.x}" y="{box.y}" width="{BOX}" height="{box.height}" rx="8"/>'
    yield f'<text class="title" x="{box.x + BOX // 2}" y="{box.y + 20}" text-anchor="middle">{escape(title)}</text>'
    y = box.y + 50
    for label, key in box.states:
        yield f'<text x="{box.x + 12}" y="{y}">{escape(label)}</text>'
        yield f'<text class="key" x="{box.x + BOX - 12}" y="{y}" text-anchor="end">{escape(key)}</text>'
        y += LINE
    for line in box.within:
        yield _text(box.x + 12, y, line, "start")
        y += 18


def _text(x: int, y: int, line: str, anchor: str) -> str:
    kind = "verb" if line.startswith("\t") else "who"
    return f'<text class="{kind}" x="{x}" y="{y}" text-anchor="{anchor}">{escape(line.strip())}</text>'
