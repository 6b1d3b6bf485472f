"""Where a record was made: the product, and the site or host of the account."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from service.settings import JSM, OPSGENIE, Settings

TITLES = {OPSGENIE: "Opsgenie", JSM: "Jira Service Management"}


@dataclass(frozen=True)
class Place:
    """A product, as PRODUCT names it, and a host; `site` is "" in records from before there were several products."""

    product: str = OPSGENIE
    site: str = ""

    def __str__(self) -> str:
        title = TITLES.get(self.product, self.product)
        return f"{title} at {self.site}" if self.site else title

    def is_same(self, other: "Place") -> bool:
        """Tell whether both are the same account, as far as is known."""
        return self.product == other.product and (self.site == other.site or not (self.site and other.site))


def place_of(settings: Settings) -> Place:
    """Return the place that the settings are for."""
    (product,) = settings.products
    site = settings.jsm.site if settings.jsm and product == JSM else urlsplit(settings.opsgenie_api_url).netloc.lower()
    return Place(product, site)


def difference(record: object, made: Place, settings: Place, advice: str) -> str:
    """Say in a sentence that a record was made elsewhere than the settings say."""
    return f"{record} is a record of {made}, and the settings are for {settings}: {advice}"
