"""Scenarios A and B: fills and cancels; `notation.py` explains the lines."""

CANCELS = {
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
}
