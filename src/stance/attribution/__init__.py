"""Cue, content and source of reported speech and thought: a learned model over a dependency parse.

`grammar` lays a parsed text out as arrays, `features` hashes what a token and a pair of tokens look like, `model` finds attributions with
weights that `training` fits to texts marked in `brat` files.
"""
