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

Not here: D.2.b and D.2.d (pending states), E.1.a, c, d, e, f, F.1.c, H.1.b, K and L (functions that
this project does not have).
"""

SCENARIOS = {
    # ---- A: fills
    "A.1.a filled in three parts": """
        D X 100                 | N/n X 100:0:100
        trade 20                | T/p X 100:20:80 +20
        trade 10                | T/p X 100:30:70 +10
        trade 70                | T/f X 100:100:0 +70
    """,
    "A.1.a refused": """
        D X 1000000000          | J/j X 1000000000 #3
        trade 20                |
    """,
    "A.1.b not filled when the session ends": """
        D X 100                 | N/n X 100:0:100
        trade 20                | T/p X 100:20:80 +20
        trade 10                | T/p X 100:30:70 +10
        end                     | X/x X 100:30:0
    """,
    # ---- B: cancels
    "B.1.a canceled": """
        D X 100                 | N/n X 100:0:100
        F Y X                   | C/c Y<X 100:0:0
    """,
    "B.1.a the cancel is refused": """
        D A 50 OTHER            | N/n A 50:0:50
        D X 100                 | N/n X 100:0:100
        F A X                   | CR A<X n #6
        F Y X                   | C/c Y<X 100:0:0
    """,
    "B.1.b canceled after the fill that it crosses": """
        D X 100                 | N/n X 100:0:100
        trade 20                | T/p X 100:20:80 +20
        trade 30                |
        trade 10                |
        F Y X                   | T/p X 100:50:50 +30
                                | T/p X 100:60:40 +10
                                | C/c Y<X 100:60:0
    """,
    "B.1.b canceled before the trade that it crosses": """
        D X 100                 | N/n X 100:0:100
        trade 20                | T/p X 100:20:80 +20
        F Y X                   | C/c Y<X 100:20:0
        trade 30                |
    """,
    "B.1.c filled before the cancel": """
        D X 100                 | N/n X 100:0:100
        trade 20                | T/p X 100:20:80 +20
        trade 30                | T/p X 100:50:50 +30
        trade 50                |
        F Y X                   | T/f X 100:100:0 +50
                                | CR Y<X f #0
    """,
    "B.1.d canceled before it is acknowledged": """
        D X 100                 |
        F Y X                   | N/n X 100:0:100
                                | C/c Y<X 100:0:0
        D A 50                  |
        F B A                   | N/n A 50:0:50
                                | C/c B<A 50:0:0
    """,
    "B.1.e the cancel crosses the acknowledgement": """
        D X 100                 |
        F Y X                   |
        H X                     | N/n X 100:0:100
                                | C/c Y<X 100:0:0
                                | O/c Y<X 100:0:0
    """,
    "B.1.f the order is unknown, and may come later": """
        F Y X                   | CR Y<X j #1
        D X 100                 | N/n X 100:0:100
        F Y X                   |
        F Z X                   | C/c Z<X 100:0:0
    """,
    # ---- C: replaces
    "C.1.a quantity raised": """
        D X 100                 | N/n X 100:0:100
        G Y X 110               | R/n Y<X 110:0:110
        trade 10                | T/p Y 110:10:100 +10
        trade 20                | T/p Y 110:30:80 +20
    """,
    "C.1.a the replace is refused": """
        D X 100 MARKET          | N/n X 100:0:100
        G Y X 110 @100          | CR Y<X n #99
        trade 10                | T/p X 100:10:90 +10
    """,
    "C.1.b quantity raised, after the fill that it crosses": """
        D X 100                 | N/n X 100:0:100
        trade 10                | T/p X 100:10:90 +10
        trade 1                 |
        G Y X 120               | T/p X 100:11:89 +1
                                | R/p Y<X 120:11:109
        trade 109               | T/f Y 120:120:0 +109
    """,
    "C.1.b quantity raised, before the trade that it crosses": """
        D X 100                 | N/n X 100:0:100
        trade 10                | T/p X 100:10:90 +10
        G Y X 120               |
        H Y                     | R/p Y<X 120:10:110
                                | O/p Y<X 120:10:110
        trade 1                 | T/p Y 120:11:109 +1
        trade 109               | T/f Y 120:120:0 +109
    """,
    "C.1.c an order that is filled stays filled": """
        D X 100                 | N/n X 100:0:100
        trade 100               | T/f X 100:100:0 +100
        G Y X 120               | CR Y<X f #0
        trade 20                |
    """,
    "C.2.a filled before its price changes": """
        D X 100                 | N/n X 100:0:100
        trade 10                | T/p X 100:10:90 +10
        trade 90                |
        G Y X 100 @101          | T/f X 100:100:0 +90
                                | CR Y<X f #0
    """,
    "C.2.a filled after its price changed": """
        D X 100                 | N/n X 100:0:100
        trade 10                | T/p X 100:10:90 +10
        G Y X 100 @101          | R/p Y<X 100:10:90
        trade 90                | T/f Y 100:100:0 +90
    """,
    "C.3.a quantity reduced, after the fills that it crosses": """
        D X 100                 | N/n X 100:0:100
        trade 10                | T/p X 100:10:90 +10
        trade 5                 |
        trade 1                 |
        G Y X 80                | T/p X 100:15:85 +5
                                | T/p X 100:16:84 +1
                                | R/p Y<X 80:16:64
        trade 64                | T/f Y 80:80:0 +64
    """,
    "C.3.a quantity reduced, before the trades that it crosses": """
        D X 100                 | N/n X 100:0:100
        trade 10                | T/p X 100:10:90 +10
        G Y X 80                | R/p Y<X 80:10:70
        trade 5                 | T/p Y 80:15:65 +5
        trade 65                | T/f Y 80:80:0 +65
    """,
    "C.3.b quantity reduced to what is filled": """
        D X 100                 | N/n X 100:0:100
        trade 70                |
        G Y X 70                | T/p X 100:70:30 +70
                                | R/f Y<X 70:70:0
        trade 30                |
    """,
    "C.3.b quantity reduced, then filled": """
        D X 100                 | N/n X 100:0:100
        G Y X 70                | R/n Y<X 70:0:70
        trade 70                | T/f Y 70:70:0 +70
    """,
    "C.3.c quantity reduced below what is filled": """
        D X 100                 | N/n X 100:0:100
        trade 80                |
        G Y X 70                | T/p X 100:80:20 +80
                                | R/f Y<X 80:80:0
        trade 20                |
    """,
    "C.3.c quantity reduced, and a larger trade": """
        D X 100                 | N/n X 100:0:100
        G Y X 70                | R/n Y<X 70:0:70
        trade 80                | T/f Y 70:70:0 +70
    """,
    # ---- D: chains of replaces
    "D.1.a replaced twice": """
        D X 100                 | N/n X 100:0:100
        trade 10                | T/p X 100:10:90 +10
        trade 5                 |
        G Y X 80                | T/p X 100:15:85 +5
                                | R/p Y<X 80:15:65
        trade 20                | T/p Y 80:35:45 +20
        trade 5                 |
        G Z Y 60                | T/p Y 80:40:40 +5
                                | R/p Z<Y 60:40:20
        trade 20                | T/f Z 60:60:0 +20
    """,
    "D.1.b the first replace is refused": """
        D X 100 MARKET          | N/n X 100:0:100
        trade 10                | T/p X 100:10:90 +10
        G Y X 80 @100           | CR Y<X p #99
        trade 5                 | T/p X 100:15:85 +5
        trade 20                | T/p X 100:35:65 +20
        G Z X 60 MARKET         | R/p Z<X 60:35:25
        trade 15                | T/p Z 60:50:10 +15
    """,
    "D.1.c the first replace is refused after the fill that it crosses": """
        D X 100 MARKET          | N/n X 100:0:100
        trade 10                | T/p X 100:10:90 +10
        trade 5                 |
        G Y X 80 @100           | T/p X 100:15:85 +5
                                | CR Y<X p #99
        trade 20                | T/p X 100:35:65 +20
        G Z X 60 MARKET         | R/p Z<X 60:35:25
        trade 15                | T/p Z 60:50:10 +15
    """,
    "D.1.c both replaces are refused": """
        D X 100 MARKET          | N/n X 100:0:100
        trade 10                | T/p X 100:10:90 +10
        G Y X 80 @100           | CR Y<X p #99
        G Z X 60 @100           | CR Z<X p #99
        trade 20                | T/p X 100:30:70 +20
    """,
    "D.2.a replaced twice at once": """
        D X 100                 | N/n X 100:0:100
        trade 10                | T/p X 100:10:90 +10
        G Y X 80                |
        G Z Y 70                | R/p Y<X 80:10:70
                                | R/p Z<Y 70:10:60
        trade 60                | T/f Z 70:70:0 +60
    """,
    "D.2.c both are refused at once": """
        D X 100 MARKET          | N/n X 100:0:100
        trade 10                | T/p X 100:10:90 +10
        G Y X 80 @100           |
        G Z X 70 @100           | CR Y<X p #99
                                | CR Z<X p #99
        trade 60                | T/p X 100:70:30 +60
    """,
    "D.2.c the second names the first, which is refused": """
        D X 100 MARKET          | N/n X 100:0:100
        trade 10                | T/p X 100:10:90 +10
        G Y X 80 @100           |
        G Z Y 70 MARKET         | CR Y<X p #99
                                | CR Z<Y j #1
        trade 60                | T/p X 100:70:30 +60
    """,
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

# Requests take 1.5 s to arrive, and messages are 1 s apart: what a request meets is the second
# message after it. So trades come between a request and its answer, as in the matrices. A status
# request says that the request before it was received.
ON_THE_WAY = {
    "B.1.b fills between cancel and answer": """
        D X 100                 | N/n X 100:0:100
        news                    |
        trade 20                | T/p X 100:20:80 +20
        F Y X                   |
        H X                     | O/p X 100:20:80
        trade 30                | T/p X 100:50:50 +30
        news                    | C/c Y<X 100:50:0
    """,
    "B.1.c filled between cancel and answer": """
        D X 100                 | N/n X 100:0:100
        news                    |
        trade 20                | T/p X 100:20:80 +20
        F Y X                   |
        H X                     | O/p X 100:20:80
        trade 80                | T/f X 100:100:0 +80
        news                    | CR Y<X f #0
    """,
    "B.1.d canceled on its way": """
        D X 100                 | N/n X 100:0:100
        F Y X                   |
        H X                     | O/n X 100:0:100
        trade 20                |
        trade 20                | C/c Y<X 100:0:0
    """,
    "C.1.b a fill between replace and answer": """
        D X 100                 | N/n X 100:0:100
        news                    |
        trade 10                | T/p X 100:10:90 +10
        G Y X 120               |
        H X                     | O/p X 100:10:90
        trade 1                 | T/p X 100:11:89 +1
        news                    | R/p Y<X 120:11:109
        trade 109               | T/f Y 120:120:0 +109
    """,
    "C.2.a filled between replace and answer": """
        D X 100                 | N/n X 100:0:100
        news                    |
        trade 10                | T/p X 100:10:90 +10
        G Y X 100 @101          |
        H X                     | O/p X 100:10:90
        trade 90                | T/f X 100:100:0 +90
        news                    | CR Y<X f #0
    """,
    "C.3.a a fill between replace and answer": """
        D X 100                 | N/n X 100:0:100
        news                    |
        trade 10                | T/p X 100:10:90 +10
        G Y X 80                |
        H X                     | O/p X 100:10:90
        trade 6                 | T/p X 100:16:84 +6
        trade 64                | R/p Y<X 80:16:64
                                | T/f Y 80:80:0 +64
    """,
    "C.3.c more is filled before the answer than is asked for": """
        D X 100                 | N/n X 100:0:100
        news                    |
        news                    |
        G Y X 70                |
        H X                     | O/n X 100:0:100
        trade 80                | T/p X 100:80:20 +80
        news                    | R/f Y<X 80:80:0
    """,
    "D.2.a two replaces under way": """
        D X 100                 | N/n X 100:0:100
        news                    |
        trade 10                | T/p X 100:10:90 +10
        G Y X 80                |
        G Z Y 70                |
        H X                     | O/p X 100:10:90
        trade 5                 | T/p X 100:15:85 +5
        news                    | R/p Y<X 80:15:65
                                | R/p Z<Y 70:15:55
        trade 55                | T/f Z 70:70:0 +55
    """,
    "A.1.b the session ends before the answer": """
        D X 100                 | N/n X 100:0:100
        F Y X                   |
        H X                     | O/n X 100:0:100
        end                     | X/x X 100:0:0
                                | CR Y<X x #0
    """,
}
