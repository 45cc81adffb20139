"""A log filter: what a program logs of people is a mark, whatever the handler does with it.

`Personal` hides in text by itself. A handler that writes records as data (JSON, a
collector) looks at the arguments and the extra attributes instead; the filter replaces
there every value whose type says that it is personal, also within lists and mappings.

    logging.getLogger().handlers[0].addFilter(PersonalFilter())
"""

from __future__ import annotations

import logging
from typing import Any

from govinteract.vault.personal import HIDDEN, Personal
from govinteract.vault.value_types import is_personal_kind

__all__ = ["PersonalFilter"]

_DEEPEST = 6
_STANDARD = frozenset(logging.makeLogRecord({}).__dict__)


class PersonalFilter(logging.Filter):
    """Lets every record pass, without personal values in its arguments and attributes.

    Add it to handlers, not to loggers: a logger's filter does not see what the loggers
    below it pass on.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Replace personal values by a mark and let `record` pass."""
        if record.args:
            record.args = _hidden(record.args, 0)
        if _is_personal(record.msg):
            record.msg = HIDDEN
        for name in record.__dict__.keys() - _STANDARD:
            setattr(record, name, _hidden(getattr(record, name), 0))
        return True


def _is_personal(value: object) -> bool:
    return isinstance(value, Personal) or is_personal_kind(type(value))


def _hidden(value: Any, depth: int) -> Any:
    if _is_personal(value) or depth > _DEEPEST:
        return HIDDEN
    if isinstance(value, dict):
        return {key: _hidden(part, depth + 1) for key, part in value.items()}
    if type(value) in {list, tuple, set, frozenset}:
        return type(value)(_hidden(part, depth + 1) for part in value)
    return value
