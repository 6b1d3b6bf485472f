"""Run atlassian-python-api: find somebody in the organization and in Jira, deactivate and activate them."""

import os
import sys

from atlassian import Jira  # type: ignore[import-not-found]
from atlassian.cloud_admin import CloudAdmin  # type: ignore[import-not-found]

NORA = "nora@example.com"
ORGANIZATION = os.environ["ORGANIZATION_ID"]


def show(what: str, answer: object) -> None:
    """Print the beginning of an answer."""
    sys.stdout.write(f"   {what}: {str(answer)[:160]}\n")


def main() -> None:
    """Call what the library has of what an off-boarding needs; it has no suspend, restore or remove."""
    admin = CloudAdmin(os.environ["ORGANIZATION_KEY"])
    found = admin.search_directory_users(ORGANIZATION, "-", {"emails": [NORA], "expand": ["platformRoles"]})
    show("search_directory_users", found)
    (row,) = found["data"]
    account_id = row["accountId"]
    directories = admin.get_directories(ORGANIZATION, account_id=account_id)
    show("get_directories", directories)
    user = admin.get_directory_user(ORGANIZATION, directories["data"][0]["directoryId"], account_id)
    show("get_directory_user", user)
    show("get_user_management_permissions", admin.get_user_management_permissions(account_id))
    show("get_user_profile", admin.get_user_profile(account_id))
    show("deactivate_user", admin.deactivate_user(account_id, "has left"))
    disabled = admin.get_directory_user(ORGANIZATION, directories["data"][0]["directoryId"], account_id)
    show("get_directory_user", disabled)
    show("activate_user", admin.activate_user(account_id))

    jira = Jira(
        os.environ["JSM_SITE_URL"],
        username=os.environ["JSM_SITE_EMAIL"],
        password=os.environ["JSM_API_TOKEN"],
        cloud=True,
    )
    show("myself", jira.myself())
    (person,) = jira.user_find_by_user_string(query=NORA)
    show("user_find_by_user_string", person)
    assert user["data"]["email"] == NORA
    assert disabled["data"]["status"] == "deactivated"
    assert person["accountId"] == account_id


main()
