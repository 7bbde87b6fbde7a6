"""Same input, same bytes: reports and all their forms do not depend on the hash seed, images included."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import sys, toy_reports
from reports.render import FORMS, IMAGES, render_file
from reports.report import encode_report
for make in (toy_reports.leak_report, toy_reports.odd_report, toy_reports.long_report):
    report = make()
    sys.stdout.buffer.write(encode_report(report))
    for form in (*FORMS, *IMAGES):
        sys.stdout.buffer.write(render_file(report, form))
"""


def output(seed: str) -> bytes:
    here = Path(__file__).parent
    paths = os.pathsep.join([str(here), str(here.parents[1])])
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": paths}
    done = subprocess.run([sys.executable, "-c", PROGRAM], env=environment, capture_output=True, check=True)
    return done.stdout


def test_identical_bytes_under_three_hash_seeds() -> None:
    first = output("0")
    assert len(first) > 50_000
    assert output("1") == first
    assert output("4242") == first
