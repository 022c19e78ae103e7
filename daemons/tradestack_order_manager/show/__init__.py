"""The display of orders after the answer: order_log.txt, and entries in the systemd journal."""
