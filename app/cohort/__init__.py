"""People who do not exist, with days that could be real: to try the whole service, and rules, before it is relied on.

The same seed always gives the same people, who feel, answer and keep silent in the same way.
"""
