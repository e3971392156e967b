"""Run every property test and every test of seeds, round after round with new seeds, until the time is up.

A failure names what failed and how to run its round again. Further arguments go to pytest, such as
`-k random_views`.
"""

import argparse
import random
import subprocess
import sys
import time

_PYTEST = ["-m", "pytest", "-n", "auto", "--dist", "worksteal", "-rfE", "-m", "hypothesis or fuzz"]
_NOTHING_SELECTED = 5


def main() -> int:
    """Return the exit status of the first round that fails, else 0."""
    parser = argparse.ArgumentParser(prog="tools/fuzz.py", description=__doc__)
    parser.add_argument("--seconds", type=float, default=600, help="no test begins later (default: 600)")
    parser.add_argument("--seed", type=int, help="of the first round, the next ones count up")
    options, more = parser.parse_known_args()
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(10**6)
    begin = time.time()
    while (spent := time.time() - begin) < options.seconds:
        sys.stdout.write(f"Seed {seed}, {spent:.0f} s of {options.seconds:.0f} s:\n")
        sys.stdout.flush()
        of_round = ["--hypothesis-profile=fuzz", f"--hypothesis-seed={seed}", f"--fuzz={seed}"]
        until = f"--fuzz-until={begin + options.seconds}"
        status = subprocess.call([sys.executable, *_PYTEST, *of_round, until, *more])
        if status:
            if status != _NOTHING_SELECTED:
                sys.stdout.write(f"Again: make fuzz SEED={seed}\n")
            return status
        seed += 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
