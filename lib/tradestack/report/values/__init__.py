"""The parts of a report, one noun each: frozen values, and nothing that computes or prints them.

None is "not recorded" wherever a field says so, and never 0. Quantities, prices and money are
integers ×10⁻⁸, money rounded half to even as `tradestackctl pnl` does it; times are ns since the
Unix epoch, durations ns; shares are 0 to 1; basis points and ratios are floats.
"""
