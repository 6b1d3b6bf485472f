"""The service by `flask run`, in front of a simulated Opsgenie."""

from local.processes import HOST, LocalError, Processes, flask_run, require_free
from local.samples import EXAMPLES, KEY

OTHER_PORTS = "`.venv/bin/python -m local run --port 5002 --opsgenie-port 5003`"


def run(port: int, opsgenie_port: int) -> None:
    """Start both, say what to try, and wait for Ctrl-C; raises LocalError."""
    service, opsgenie = "the service", "the simulated Opsgenie"
    try:
        require_free(port, service)
        require_free(opsgenie_port, opsgenie)
    except LocalError as error:
        raise LocalError(f"{error}: end what uses it, or choose other ports: {OTHER_PORTS}") from error
    env = {"ACCESS_TOKEN": KEY, "OPSGENIE_API_URL": f"http://{HOST}:{opsgenie_port}"}
    with Processes() as processes:
        processes.start(opsgenie, opsgenie_port, flask_run("local.opsgenie", opsgenie_port), {})
        processes.start(service, port, flask_run("service.app", port), env)
        print(f"\n{service} listens on http://{HOST}:{port}, {opsgenie} on http://{HOST}:{opsgenie_port}")
        print("Try in another terminal:\n")
        for what, body in EXAMPLES:
            print(f"  # {what}\n  curl -H x-api-key:xxx -XPOST http://{HOST}:{port} -d '{body}'\n")
        print("Ctrl-C stops both.", flush=True)
        processes.wait()
