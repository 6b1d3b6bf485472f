"""A made-up API on the simulator: a library, with a store and an envelope of its own."""

import json
from typing import Any

from flask import Flask, request
from werkzeug.wrappers import Response

from local.simulator.faults import WITHOUT_ENVELOPE, Situation, lost_later
from local.simulator.fields import FieldError, chosen, require
from local.simulator.routing import install
from local.simulator.simulation import BaseSimulation
from local.simulator.store import Collection, Item, copied

BOOKS: Item = {"books": [{"isbn": "1", "title": "Emma"}, {"isbn": "2/b", "title": "Ulysses"}]}


class Library:
    """Keep the books."""

    def __init__(self, data: Item) -> None:
        self.books = Collection("title", copied(data)["books"], id_field="isbn")

    def data(self) -> Item:
        return {"books": self.books.values()}


def sorry(status: int, why: Any) -> Response:
    """Answer an error in the library's envelope."""
    return Response(json.dumps({"sorry": why}), status, mimetype="application/json")


def old(situation: Situation) -> Response:
    """Answer a write with the book as it was, and stays."""
    return sorry(200, situation.read().get_json())


def make_library() -> tuple[Flask, BaseSimulation[Library]]:
    """Make the application and the simulation that arranges it."""
    faults = {"closed": lambda _: sorry(503, "closed today"), "later": lost_later, "old": old, **WITHOUT_ENVELOPE}
    simulation = BaseSimulation(BOOKS, Library, faults, lambda: sorry(429, "not so fast"))

    def read(isbn: str) -> Any:
        book = simulation.store.books.find(isbn, "isbn")
        return book or sorry(404, f"no {isbn}")

    def add() -> Any:
        book = chosen(request.get_json(), {"isbn": str, "title": str})
        require(book, "isbn", "title")
        simulation.store.books.add(book)
        return book, 201

    app = Flask("library", static_folder=None)
    install(app, simulation, {("GET", "/books/<identifier:isbn>"): read, ("POST", "/books"): add})
    app.register_error_handler(FieldError, lambda error: sorry(400, error.errors))
    return app, simulation
