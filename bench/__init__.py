"""What is promised about speed, size and cost, measured on this machine beside what a user would pick instead.

    python -m bench            every measure, under ten minutes; ends non-zero when a ratio is missed
    python -m bench NAME       one of them; ``--help`` lists them

Ratios are what counts: both sides of each are measured in the same run.
"""
