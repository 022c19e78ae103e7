"""The scenarios of FIX 5.0 SP2, volume 4, "Order State Change Matrices", as they are here.

The order manager answers at once, so no report says that a request is pending: reports that come
between a request and its answer have the ClOrdID, OrderQty and OrdStatus from before it. Where the
matrices let two messages cross, both orders are here. `notation.py` explains the lines. What
differs from the matrices, each with its reason:

    A.1.b    the order ends EXPIRED, with the feed session
    B.1.d    an order always has its report before it is canceled
    C.1.c    an order that is filled does not work again: OrderCancelReject #0
    E.1.b    a mass cancel is what cancels without a request for the very order
    F.1.b    the same order again has no second answer
    G.1.c    as C.1.c; there is no order that is not acknowledged yet
    H.1      not the trading day ends but the order session, and the order keeps its OrderID
    J.1      without busts and corrections: `test_average_price.py`
    K.1.a    of the orders that work, a halt leaves those that only reduce a position

Not here: D.2.b and D.2.d (pending states), E.1.a, c, d, e, f, F.1.c, H.1.b and L (functions that
this project does not have).
"""

from tests.orders_life.cancels import CANCELS
from tests.orders_life.replaces import REPLACES

SCENARIOS = {
    **CANCELS,
    **REPLACES,
    # ---- E: without a request for the very order
    "E.1.b canceled with all others": """
        D X 100                 | N/n X 100:0:100
        D A 50                  | N/n A 50:0:50
        trade 10                | T/p X 100:10:90 +10
        Q Z                     | C/c X 100:10:0
                                | C/c A 50:0:0
                                | MC Z 2
        trade 90                |
    """,
    "E.1.b canceled with those of its symbol": """
        D X 100                 | N/n X 100:0:100
        D A 50 OTHER            | N/n A 50:0:50
        Q Z SPY                 | C/c X 100:0:0
                                | MC Z 1
        Q W                     | C/c A 50:0:0
                                | MC W 1
        Q V                     | MC V 0
    """,
    "E.1.b canceled by an operator": """
        D X 100                 | N/n X 100:0:100
        trade 10                | T/p X 100:10:90 +10
        cancel-orders           | C/c X 100:10:0
        D Y 50                  | N/n Y 50:0:50
    """,
    # ---- F: the same ClOrdID again
    "F.1.a another order of the same name": """
        D X 100                 | N/n X 100:0:100
        trade 10                | T/p X 100:10:90 +10
        D X 150                 | J/p X 100:10:90 #6
        trade 90                | T/f X 100:100:0 +90
    """,
    "F.1.b the same order again": """
        D X 100                 | N/n X 100:0:100
        D X 100                 |
        D X 200                 | J/n X 100:0:100 #6
        D Y 150                 | N/n Y 150:0:150
    """,
    # ---- G: status
    "G.1.a the status of no order": """
        H Y                     | O/j Y #5
    """,
    "G.1.b the status of an order": """
        D X 100                 | N/n X 100:0:100
        H X                     | O/n X 100:0:100
    """,
    "G.1.c the status in each state": """
        D X 100                 |
        H X                     | N/n X 100:0:100
                                | O/n X 100:0:100
        trade 20                | T/p X 100:20:80 +20
        H X                     | O/p X 100:20:80
        trade 80                | T/f X 100:100:0 +80
        H X                     | O/f X 100:100:0
        G Y X 120               | CR Y<X f #0
        H X                     | O/f X 100:100:0
        H Y                     | O/j Y #5
    """,
    "G.1.c the status by each name that it has had": """
        D X 100                 | N/n X 100:0:100
        trade 20                | T/p X 100:20:80 +20
        G Y X 120               | R/p Y<X 120:20:100
        H X                     | O/p Y<X 120:20:100
        H Y                     | O/p Y<X 120:20:100
        trade 5                 | T/p Y 120:25:95 +5
        H X                     | O/p Y 120:25:95
    """,
    # ---- I: time in force
    "I.1.a FOK that is not filled": """
        D X 100 MARKET FOK      | N/n X 100:0:100
        trade 10                |
        news                    | C/c X 100:0:0
    """,
    "I.1.a FOK that is filled": """
        D X 100 MARKET FOK      | N/n X 100:0:100
        trade 100               | T/f X 100:100:0 +100
    """,
    "I.1.b IOC": """
        D X 100 MARKET IOC      | N/n X 100:0:100
        trade 10                | T/p X 100:10:90 +10
        news                    | C/c X 100:10:0
    """,
    # ---- K: trading is halted
    "K.1.a a halt that keeps what closes a position": """
        D P 20 MARKET           | N/n P 20:0:20
        trade 20                | T/f P 20:20:0 +20
        D X 100                 | N/n X 100:0:100
        D Y 20 SELL             | N/n Y 20:0:20
        halt keep               | C/c X 100:0:0
        D Z 50                  | J/j Z 50 #2
        trade 15 @101           | T/p Y 20:15:5 +15
        trade 5 @101            | T/f Y 20:20:0 +5
    """,
    "K.1.b a halt that cancels": """
        D X 100                 | N/n X 100:0:100
        trade 20                | T/p X 100:20:80 +20
        halt                    | C/c X 100:20:0
        D Y 50                  | J/j Y 50 #2
        active                  |
        D Z 50                  | N/n Z 50:0:50
    """,
}

# An order session ends, and its working orders go on in the next one.
ROLLED_OVER = {
    "H.1.a goes on": """
        D X 100 GTC             | N/n X 100:0:100
        trade 20                | T/p X 100:20:80 +20
        roll                    | S/p X 100:20:80
        trade 10                | T/p X 100:30:70 +10
    """,
    "H.1.c canceled in the next": """
        D X 100 GTC             | N/n X 100:0:100
        trade 20                | T/p X 100:20:80 +20
        roll                    | S/p X 100:20:80
        F Y X                   | C/c Y<X 100:20:0
    """,
    "H.1.d replaced in the next": """
        D X 100 GTC             | N/n X 100:0:100
        trade 20                | T/p X 100:20:80 +20
        roll                    | S/p X 100:20:80
        trade 10                |
        G Y X 150               | T/p X 100:30:70 +10
                                | R/p Y<X 150:30:120
    """,
}
