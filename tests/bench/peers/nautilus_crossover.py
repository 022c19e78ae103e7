"""A crossover of 20 and 100 trades in Nautilus Trader, by its own engine, indicators and orders.

nautilus_crossover FILE
"""

import sys
import time
from decimal import Decimal

import pandas as pd
from nautilus_trader.backtest.engine import BacktestEngine, BacktestEngineConfig
from nautilus_trader.config import LoggingConfig, StrategyConfig
from nautilus_trader.indicators import SimpleMovingAverage
from nautilus_trader.model.currencies import USD
from nautilus_trader.model.data import TradeTick
from nautilus_trader.model.enums import AccountType, OmsType, OrderSide
from nautilus_trader.model.identifiers import InstrumentId, TraderId, Venue
from nautilus_trader.model.instruments import Equity
from nautilus_trader.model.objects import Money
from nautilus_trader.persistence.wranglers import TradeTickDataWrangler
from nautilus_trader.test_kit.providers import TestInstrumentProvider
from nautilus_trader.trading.strategy import Strategy

from tests.bench.program import answer

QUANTITY = 10
VENUE = "XNAS"


class CrossoverConfig(StrategyConfig, frozen=True):  # type: ignore[call-arg]
    instrument_id: InstrumentId
    short_ticks: int = 20
    long_ticks: int = 100


class Crossover(Strategy):
    def __init__(self, config: CrossoverConfig) -> None:
        super().__init__(config)
        self.short = SimpleMovingAverage(config.short_ticks)
        self.long = SimpleMovingAverage(config.long_ticks)
        self.side: OrderSide | None = None

    def on_start(self) -> None:
        self.instrument = self.cache.instrument(self.config.instrument_id)
        self.register_indicator_for_trade_ticks(self.config.instrument_id, self.short)
        self.register_indicator_for_trade_ticks(self.config.instrument_id, self.long)
        self.subscribe_trade_ticks(self.config.instrument_id)

    def on_trade_tick(self, tick: TradeTick) -> None:
        if not self.indicators_initialized() or self.short.value == self.long.value:
            return
        side = OrderSide.BUY if self.short.value > self.long.value else OrderSide.SELL
        if side == self.side:
            return
        self.side = side
        self.submit_order(
            self.order_factory.market(
                self.config.instrument_id, side, self.instrument.make_qty(Decimal(QUANTITY))
            )
        )


def load(path: str, instrument: Equity) -> list[TradeTick]:
    frame = pd.read_csv(path, parse_dates=["timestamp"]).rename(columns={"size": "quantity"})
    frame["trade_id"] = frame.index.astype(str)
    return list(TradeTickDataWrangler(instrument).process(frame.set_index("timestamp")))


def main(path: str) -> None:
    began_s = time.perf_counter()
    engine = BacktestEngine(
        BacktestEngineConfig(
            trader_id=TraderId("BENCH-001"), logging=LoggingConfig(log_level="ERROR")
        )
    )
    engine.add_venue(
        venue=Venue(VENUE),
        oms_type=OmsType.NETTING,
        account_type=AccountType.MARGIN,
        base_currency=USD,
        starting_balances=[Money(1_000_000, USD)],
        trade_execution=True,
    )
    instrument = TestInstrumentProvider.equity(symbol="SPY", venue=VENUE)
    engine.add_instrument(instrument)
    engine.add_data(load(path, instrument))
    engine.add_strategy(Crossover(CrossoverConfig(instrument_id=instrument.id)))
    loaded_s = time.perf_counter()
    engine.run()
    ended_s = time.perf_counter()
    answer(
        seconds={"load": loaded_s - began_s, "run": ended_s - loaded_s},
        orders=engine.cache.orders_total_count(),
        fills=sum(len(order.trade_ids) for order in engine.cache.orders()),
    )


if __name__ == "__main__":
    main(sys.argv[1])
