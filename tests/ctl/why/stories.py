"""Stories of orders, read again."""

import json
import re
from pathlib import Path
from typing import Any

from tradestack.ctl.why.order_trace import trace_order
from tradestack.ctl.why.story import COLUMNS, story
from tradestack.ctl.why.story_json import story_object
from tradestack.report.files.state_files import StateFiles


def told(state: Path, order_id: int) -> str:
    """The story, with its lines joined where they were too long."""
    text = story(trace_order(StateFiles(state), order_id))
    assert all(len(line) <= COLUMNS or str(state) in line for line in text.splitlines())
    return re.sub(r"\n {6,}", " ", text)


def object_of(state: Path, order_id: int) -> dict[str, Any]:
    """The story as JSON, read again."""
    story: dict[str, Any] = json.loads(
        json.dumps(story_object(trace_order(StateFiles(state), order_id)))
    )
    return story
