"""Install third-party clients into a temporary folder, run them against the simulated site, and show what they sent.

They come from the registries of pip and npm; whatever they send stays on loopback. Without node, jira.js is left out.
"""

import logging
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from local.jsm import Simulation
from local.jsm.people import HOST, ORGANIZATION_ID
from local.jsm.sample_site import TOKEN_OWNER
from tests.judges.loopback import Loopback, serving

HERE = Path(__file__).parent
PYTHON_CLIENTS = ("ct-jsm-ops-mcp-server==0.1.0", "atlassian-python-api==5.0.5")
NODE_CLIENT = "jira.js@6.2.0"
NOW = datetime(2026, 11, 25, 9, 15, tzinfo=UTC)


def main() -> int:
    """Run every judge; return how many found a fault."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        python = _python(folder / "python")
        judges: dict[str, Sequence[str]] = {
            "ct-jsm-ops-mcp-server": [python, str(HERE / "ct_judge.py")],
            "atlassian-python-api": [python, str(HERE / "apa_judge.py")],
        }
        node = shutil.which("node")
        if node and shutil.which("npm"):
            judges["jira.js"] = [node, _node(folder / "node")]
        else:
            tell("jira.js: left out, there is no node")
        return sum(_judge(client, command, folder) for client, command in judges.items())


def tell(line: str) -> None:
    """Write a line before what the judges write."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _python(folder: Path) -> str:
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    python = str(folder / "bin" / "python")
    subprocess.run([python, "-m", "pip", "install", "--quiet", *PYTHON_CLIENTS], check=True)
    return python


def _node(folder: Path) -> str:
    folder.mkdir()
    (folder / "package.json").write_text("{}", encoding="utf-8")
    subprocess.run(["npm", "install", "--silent", NODE_CLIENT], cwd=folder, check=True)  # noqa: S607 - from PATH
    script = shutil.copy(HERE / "jira_js_judge.mjs", folder)
    return str(script)


def _judge(client: str, command: Sequence[str], folder: Path) -> bool:
    simulation = Simulation(now=lambda: NOW)
    tell(f"\n== {client}")
    with serving(simulation, folder) as loopback:
        failed = subprocess.run(command, env=_environ(loopback), cwd=folder, check=False).returncode != 0
    for call in simulation.calls:
        query = f"?{call.query}" if call.query else ""
        tell(f"   {call.status} {call.method} {call.path}{query} {call.body if call.body is not None else ''}".rstrip())
    tell(f"   {'FAILED' if failed else 'no fault found'}, {len(simulation.calls)} requests")
    return failed


def _environ(loopback: Loopback) -> Mapping[str, str]:
    certificate = str(loopback.certificate)
    return {
        "PATH": os.environ["PATH"],
        "PYTHONWARNINGS": "ignore",
        "HTTPS_PROXY": loopback.proxy,
        "SSL_CERT_FILE": certificate,
        "REQUESTS_CA_BUNDLE": certificate,
        "NODE_EXTRA_CA_CERTS": certificate,
        "JSM_SITE_URL": f"https://{HOST}",
        "JSM_SITE_EMAIL": TOKEN_OWNER,
        "JSM_API_TOKEN": "site-token",
        "ORGANIZATION_ID": ORGANIZATION_ID,
        "ORGANIZATION_KEY": "org-key",
        "ADDRESS": loopback.address,
        "NO_PROXY": "127.0.0.1",
    }


if __name__ == "__main__":
    sys.exit(main())
