"""Measures of `make bench`: ratios against honest floors, in one interleaved run."""
