"""Off-boarding from Jira Service Management, at shares of a processor: `python -m bench.jsm` prints its rows."""

from bench.measured import LIMIT, Measured, measure
from bench.simulation import DELAY, served
from bench.sites import SITES
from local.jsm.simulation import READS_BY_POST
from local.products import PRODUCTS
from local.samples import HARI
from local.sessions import direct
from local.simulator.control import CONTROL
from service.jsm.calls import AT_ONCE
from service.settings import JSM

TIMES = 3
WHOLE, DEFAULT = 1.0, 0.29
"""A whole processor, and what Lambda gives to a function with 512 MB, as this one has by default."""

ROWS = [(size, share) for share in (WHOLE, DEFAULT) for size in SITES]
TITLE = f"""
Sites (teams/schedules): each call takes {DELAY * 1000:.0f} ms, {AT_ONCE} at once, in a new process for each request
Floor: {DELAY * 1000:.0f} ms for each call that waits for another one, and for each {AT_ONCE} of the schedules' and \
teams' details
Seconds: the best and the worst of {TIMES}, of {LIMIT:.0f}; used: seconds of the processor

site           share  reads  calls  seconds     to  floor  ratio  used"""


def main() -> None:
    """Measure each row several times, and print the best."""
    print(TITLE)
    ways: dict[str, None] = {}
    for size, share in ROWS:
        reads, calls, found = request(size, share)
        best, worst, floor = found[0], found[-1], DELAY * SITES[size].floor
        row = f"{size:14} {share:5.2f} {reads:6} {calls:6} {best.seconds:8.2f} {worst.seconds:6.2f} {floor:6.2f}"
        print(f"{row} {best.seconds / floor:6.2f} {best.processor:5.2f}", flush=True)
        ways[f"{share:.2f} of a processor: {best.how}"] = None
    print("", *ways, sep="\n")


def request(size: str, share: float) -> tuple[int, int, list[Measured]]:
    """Off-board the leaver several times from the same site; return reads, calls, and what was measured, best first."""
    with served(size) as url, direct() as control:
        found = []
        for _ in range(TIMES):
            control.post(f"{url}{CONTROL}/reset", timeout=30)
            found.append(measure(HARI, PRODUCTS[JSM].variables(url), share))
            if found[-1].status != 200:
                raise SystemExit(f"bench: {size}: {found[-1].body[:500]}")
        calls = control.get(f"{url}{CONTROL}/calls", timeout=30).json()
    reads = [call for call in calls if call["method"] == "GET" or READS_BY_POST.search(call["path"])]
    return len(reads), len(calls), sorted(found, key=lambda one: one.seconds)


if __name__ == "__main__":
    main()
