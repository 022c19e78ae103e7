"""The types of a report's integers: they say how each is written for people and in JSON."""

from typing import Annotated

import msgspec

DECIMAL = "decimal"
UTC = "utc"

# A quantity, price or amount of money ×10⁻⁸; in JSON its decimal text.
Fixed = Annotated[int, msgspec.Meta(extra={"text": DECIMAL})]
# A time in ns since the Unix epoch; in JSON its text in UTC. Wall or feed time, as the field says.
Time = Annotated[int, msgspec.Meta(extra={"text": UTC})]
# A duration in ns; in JSON the same number.
Duration = int
