"""Scenarios whose requests take time to arrive; `notation.py` explains the lines."""

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
