"""The simulation's own endpoints, for a person or a test in another process to control it."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import jsonify, request
from flask.typing import ResponseReturnValue

from local.simulator.fields import brief
from local.simulator.simulation import BaseSimulation

CONTROL = "/_simulation"
"""The prefix of these endpoints' paths: they need no key and are not recorded as calls."""

Simulation = BaseSimulation[Any]


def order_fault(simulation: Simulation) -> ResponseReturnValue:
    """Let the next matching requests fail."""
    order = brief(request.get_json(force=True), "fault", "method", "path", "times", "skip")
    known = simulation.faults.known
    if order.get("fault") not in known:
        return {"message": f"fault must be one of {list(known)}"}, 422
    simulation.faults.order(**order)
    return {"result": "Ordered"}, 201


def forget_faults(simulation: Simulation) -> ResponseReturnValue:
    """Forget the faults that no request has met yet."""
    simulation.faults.clear()
    return {"result": "Deleted"}


def show_data(simulation: Simulation) -> ResponseReturnValue:
    """Show all data, in the shape of the data file."""
    return jsonify(simulation.snapshot())


def list_calls(simulation: Simulation) -> ResponseReturnValue:
    """List the requests to the API so far."""
    return jsonify(simulation.calls)


def set_delay(simulation: Simulation) -> ResponseReturnValue:
    """Let every request to the API take longer."""
    simulation.delay = float(request.get_json(force=True)["seconds"])
    return {"result": "Updated"}


def reset(simulation: Simulation) -> ResponseReturnValue:
    """Reset everything."""
    simulation.reset()
    return {"result": "Reset"}


ENDPOINTS: Mapping[tuple[str, str], Callable[[Simulation], ResponseReturnValue]] = {
    ("POST", f"{CONTROL}/faults"): order_fault,
    ("DELETE", f"{CONTROL}/faults"): forget_faults,
    ("GET", f"{CONTROL}/account"): show_data,
    ("GET", f"{CONTROL}/calls"): list_calls,
    ("PUT", f"{CONTROL}/delay"): set_delay,
    ("POST", f"{CONTROL}/reset"): reset,
}
