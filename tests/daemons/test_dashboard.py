"""The dashboard for Grafana that is shipped."""

import json
from pathlib import Path

from tradestack.observe.metrics import HISTOGRAM
from tradestack_gateway.metric_table import METRICS as OF_GATEWAY
from tradestack_order_manager.metric_table import METRICS as OF_ORDER_MANAGER
from tradestack_strategy.metric_table import METRICS as OF_STRATEGY

DASHBOARD = Path(__file__).parents[2] / "etc" / "grafana" / "tradestack.json"


def test_it_shows_every_latency() -> None:
    """Each histogram of gateway, order manager and strategy has a panel."""
    text = DASHBOARD.read_text()
    tables = {"gateway": OF_GATEWAY, "order_manager": OF_ORDER_MANAGER, "strategy": OF_STRATEGY}
    histograms = [
        f"tradestack_{daemon}_{metric.name.replace('.', '_')}_seconds_bucket"
        for daemon, metrics in tables.items()
        for metric in metrics
        if metric.kind is HISTOGRAM and not metric.name.startswith("process.")
    ]

    assert len(histograms) > 8
    assert [name for name in histograms if name not in text] == []


def test_it_can_be_imported_anywhere() -> None:
    """It has a fixed name and no number, asks for its data source, and no panel hides another."""
    dashboard = json.loads(DASHBOARD.read_text())
    panels = [panel for panel in dashboard["panels"] if panel["type"] != "row"]

    assert (dashboard["id"], dashboard["uid"]) == (None, "tradestack")
    sources = {panel["datasource"]["uid"] for panel in panels}
    sources |= {target["datasource"]["uid"] for panel in panels for target in panel["targets"]}
    assert sources == {"${datasource}"}
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"])
    places = {(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels}
    assert len(places) == len(panels)
    assert all(panel["title"] and panel["description"] for panel in panels)
