"""The simulation's own endpoints, by which a person or a test in another process arranges it."""

from flask import jsonify, request
from flask.typing import ResponseReturnValue

from local.opsgenie.faults import FAULTS
from local.opsgenie.fields import brief
from local.opsgenie.simulation import Simulation


def order_fault(simulation: Simulation) -> ResponseReturnValue:
    """Let the next matching requests fail."""
    order = brief(request.get_json(force=True), "fault", "method", "path", "times", "skip")
    if order.get("fault") not in FAULTS:
        return {"message": f"fault must be one of {list(FAULTS)}"}, 422
    simulation.faults.order(**order)
    return {"result": "Ordered"}, 201


def forget_faults(simulation: Simulation) -> ResponseReturnValue:
    """Forget the faults that nothing has met yet."""
    simulation.faults.clear()
    return {"result": "Deleted"}


def account(simulation: Simulation) -> ResponseReturnValue:
    """Show the whole account, in the shape of the data file."""
    return jsonify(simulation.snapshot())


def calls(simulation: Simulation) -> ResponseReturnValue:
    """List the requests to the API so far."""
    return jsonify(simulation.calls)


def delay(simulation: Simulation) -> ResponseReturnValue:
    """Let every request to the API take longer."""
    simulation.delay = float(request.get_json(force=True)["seconds"])
    return {"result": "Updated"}


def reset(simulation: Simulation) -> ResponseReturnValue:
    """Go back to the start."""
    simulation.reset()
    return {"result": "Reset"}


# They need no key and are not counted among the calls.
ENDPOINTS = {
    ("POST", "/faults"): order_fault,
    ("DELETE", "/faults"): forget_faults,
    ("GET", "/account"): account,
    ("GET", "/calls"): calls,
    ("PUT", "/delay"): delay,
    ("POST", "/reset"): reset,
}
