"""``sealrace`` with scenarios of the tests, as a program that worker processes can import, too."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import mailbox_scenario
import shared_scenario

import explorer.cli.litmus
import explorer.cli.shared_search
import explorer.cli.workers
import scenarios.registry
from explorer.cli.main import main
from scenarios.shmem.inflight import INFLIGHT

toys = (*mailbox_scenario.toys(), shared_scenario.SHARED)
scenarios.registry.scenarios = lambda: toys
# Known by name, and not in the matrix.
scenarios.registry.reduced_forms = lambda: (INFLIGHT,)

# Others share in a search, and in the files to run, from the start.
explorer.cli.litmus.ALONE_SECONDS = 0.0
explorer.cli.shared_search.ALONE_SECONDS = 0.0
explorer.cli.workers.ALONE_SECONDS = 0.0

if __name__ == "__main__":
    # Ctrl-C works here even where the tests run in the background, with Ctrl-C ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    main(prog_name="sealrace")
