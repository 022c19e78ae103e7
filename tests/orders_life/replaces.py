"""Scenarios C and D: replaces, one and several; `notation.py` explains the lines."""

REPLACES = {
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
}
