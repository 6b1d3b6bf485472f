"""The products that are simulated on this machine, and what the service needs to reach each."""

from collections.abc import Mapping
from dataclasses import dataclass

from local.processes import LocalError
from local.samples import KEY, ORGANIZATION_KEY, SITE, SITE_TOKEN, TOKEN_OWNER
from service.settings import JSM, OPSGENIE


@dataclass(frozen=True)
class Product:
    """A product: `name` is what PRODUCT takes, `title` the vendor's, and `app` serves `simulation` as a Flask app."""

    name: str
    title: str
    simulation: str
    app: str
    credentials: Mapping[str, str]
    address: str
    """The variable that has the simulation's address."""
    gone: int
    """The status of a request for somebody who has left already."""

    def variables(self, url: str) -> dict[str, str]:
        """Return the variables of a service that calls the simulation at this address."""
        return {"PRODUCT": self.name, **self.credentials, self.address: url}


PRODUCTS = {
    OPSGENIE: Product(
        name=OPSGENIE,
        title="Opsgenie",
        simulation="the simulated Opsgenie",
        app="local.opsgenie",
        credentials={"ACCESS_TOKEN": KEY},
        address="OPSGENIE_API_URL",
        gone=404,
    ),
    JSM: Product(
        name=JSM,
        title="Jira Service Management",
        simulation="the simulated site",
        app="local.jsm",
        credentials={
            "JSM_SITE": SITE,
            "JSM_EMAIL": TOKEN_OWNER,
            "JSM_API_TOKEN": SITE_TOKEN,
            "JSM_ORG_KEY": ORGANIZATION_KEY,
            "JSM_END": "suspend",
        },
        address="JSM_API_URL",
        gone=200,  # a suspended person can still be found, and may have been put somewhere again
    ),
}


def named(name: str) -> Product:
    """Return the product with this name; raises LocalError."""
    if name not in PRODUCTS:
        raise LocalError(f"PRODUCT takes {' or '.join(PRODUCTS)}, not {name!r}")
    return PRODUCTS[name]
