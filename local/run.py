"""The service by `flask run`, in front of a simulated product."""

from local.processes import HOST, LocalError, Processes, flask_run, require_free
from local.products import Product
from local.samples import EXAMPLES


def run(product: Product, port: int, simulation_port: int) -> None:
    """Start both, say what to try, and wait for Ctrl-C; raises LocalError."""
    service, simulation = "the service", product.simulation
    try:
        require_free(port, service)
        require_free(simulation_port, simulation)
    except LocalError as error:
        others = f"`.venv/bin/python -m local run --product {product.name} --port 5002 --simulation-port 5003`"
        raise LocalError(f"{error}: end what uses it, or choose other ports: {others}") from error
    variables = product.variables(f"http://{HOST}:{simulation_port}")
    with Processes() as processes:
        processes.start(simulation, simulation_port, flask_run(product.app, simulation_port), {})
        processes.start(service, port, flask_run("service.app", port), variables)
        print(f"\n{service} listens on http://{HOST}:{port}, {simulation} on http://{HOST}:{simulation_port}")
        print("Try in another terminal:\n")
        for what, body in EXAMPLES:
            print(f"  # {what}\n  curl -H x-api-key:xxx -XPOST http://{HOST}:{port} -d '{body}'\n")
        print("Ctrl-C stops both.", flush=True)
        processes.wait()
