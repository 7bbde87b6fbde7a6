"""``python -m bench``."""

from bench.run import main

main(prog_name="python -m bench")
