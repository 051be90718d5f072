"""What is promised about speed, size and cost, measured on this machine beside what a user would pick instead.

    python -m bench                        every measure, about five minutes; ends non-zero if a limit is missed
    python -m bench --longer --document    the same with the measure that takes long; keeps the figures and writes the page
    python -m bench NAME                   one of them; ``--help`` lists them
    python -m bench document               docs/performance.md and its plot from the figures that it keeps

Compare ratios: both sides of each are measured in the same run. A limit that is known to be missed is shown as missed; with
``--strict`` it ends the command non-zero, too.
"""
