"""What is promised about speed, size and cost, measured on this machine beside what a user would pick instead.

    python -m bench                        every measure, under ten minutes; ends non-zero when a ratio is missed
    python -m bench --longer --document    the same with the one that takes long, and docs/performance.md from it
    python -m bench NAME                   one of them; ``--help`` lists them
    python -m bench document               docs/performance.md from the latest run of every measure

Ratios are what counts: both sides of each are measured in the same run. A limit that is known to be missed is shown as missed; with
``--strict`` it ends the command non-zero too.
"""
