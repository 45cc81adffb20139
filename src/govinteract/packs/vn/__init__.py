"""Viet Nam: the data of `pack.toml`, and the rules that data can't say."""
