"""The tests, in an environment that is the same for everybody: what is set around them must not change them."""

import time

from local.environ import keep_only

# The tests' own tools, and which AWS emulator and which mutant to take.
keep_only("PYTEST_*", "PY_COLORS", "COV_*", "COVERAGE_*", "AWS_EMULATOR", "MUTANT_UNDER_TEST")
time.tzset()
