"""Keeps the rule tests of this project to test_campaigns.py, which plays them on each database."""

from __future__ import annotations

collect_ignore = ["rules"]  # else the plug-in of pytest would play them once more
