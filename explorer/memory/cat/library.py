"""What models build on, in cat: the names that are always there, and the files that herd brings along."""

from __future__ import annotations

PRELUDE = """
let B = {}
let M = R | W
let RMW = domain(rmw) | range(rmw)
let fr = rf^-1 ; co
let rfe = rf & ext and rfi = rf & int
let coe = co & ext and coi = co & int
let fre = fr & ext and fri = fr & int
let po-loc = po & loc
let emptyset = {}
let fencerel(S) = po ; [S] ; po
"""
"""Derived names. A file that spells a definition out (``rf & ext``) means the same term."""

KERNEL_PRELUDE = """
let R = R \\ (LKR | LF | RL | RU)
let W = W \\ (LKW | UL)
let M = R | W
let rf = [W] ; rf ; [R]
let co = co & (W * W)
let co0 = co0 & (W * W)
let rmw = [R] ; rmw ; [W]
let RMW = domain(rmw) | range(rmw)
let FW = FW \\ domain(loc ; [LKR | LKW | UL | LF | RL | RU])
"""
"""The dialect of a kernel tree's ``tools/memory-model``: these names leave lock operations out.

Its files add them, with rf and co of their own.  Final writes are those that a test looks
at, and a test cannot look at a lock.
"""

_COHERENCE = """
empty unkept(W, co0) as coherence-begins-with-co0
let co = cos(W)
let coe = co & ext and coi = co & int
let fr = rf^-1 ; co
let fre = fr & ext and fri = fr & int
"""

LIBRARY = {"cross.cat": "", "cos.cat": _COHERENCE, "cos-opt.cat": _COHERENCE}
"""Files that herd has. ``cross``, ``map`` and ``partition`` are there without any."""
