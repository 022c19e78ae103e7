"""A strategy that is killed at random, compared with one that is not: `tradestackctl soak`."""
