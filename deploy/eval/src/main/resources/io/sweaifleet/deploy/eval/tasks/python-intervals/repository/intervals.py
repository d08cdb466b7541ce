"""Closed intervals of whole numbers, as pairs."""


def merge(intervals):
    """The fewest intervals that cover the same numbers, sorted."""
    merged = []
    for start, end in sorted(intervals):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged
