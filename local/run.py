"""The service by `flask run`, in front of a simulated Opsgenie."""

from local.processes import HOST, Processes, flask_run, require_free

EXAMPLES = (
    ("a dry run", '{ "username":"hari@example.com", "dry_run":true }'),
    ("a delete", '{ "username":"hari@example.com" }'),
    ("a replacement", '{ "username":"meera@example.com", "replace_with":"kofi@example.com" }'),
    ("a refusal", '{ "username":"tomas@example.com" }'),
)


def run(port: int, opsgenie_port: int) -> None:
    """Start both, say what to try, and wait for Ctrl-C; raises LocalError."""
    service, opsgenie = "the service", "the simulated Opsgenie"
    require_free(port, service)
    env = {"ACCESS_TOKEN": "local-key", "OPSGENIE_API_URL": f"http://{HOST}:{opsgenie_port}"}
    with Processes() as processes:
        processes.start(opsgenie, opsgenie_port, flask_run("local.opsgenie", opsgenie_port), {})
        processes.start(service, port, flask_run("service.app", port), env)
        print(f"\n{service} listens on http://{HOST}:{port}, {opsgenie} on http://{HOST}:{opsgenie_port}")
        print("Try in another terminal:\n")
        for what, body in EXAMPLES:
            print(f"  # {what}\n  curl -H x-api-key:xxx -XPOST http://{HOST}:{port} -d '{body}'\n")
        print("Ctrl-C stops both.", flush=True)
        processes.wait()
