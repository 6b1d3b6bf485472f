"""The answers' sentences, worded for the command line."""

from dataclasses import replace

from service.wording import API, Wording

CONSOLE = Wording(
    in_changes="What was changed is in the table",
    in_changes_and_unconfirmed="What was changed is in the table, what may have been in the one after it",
    in_remaining="The account is deleted, and what is not changed yet has to be removed by hand",
    send_again="run this again",
    name_replacement="give --replace-with",
    name_another="name another person in --replace-with",
)

CONSOLE_JSON = replace(
    API, send_again=CONSOLE.send_again, name_replacement=CONSOLE.name_replacement, name_another=CONSOLE.name_another
)
"""The same for --json, which has the API's fields."""

SETTINGS = """\
Settings, from the environment:
  PRODUCT           opsgenie (default) or jsm, Jira Service Management; only its settings are read
  ACCESS_TOKEN      opsgenie: the key of an API integration (required)
  OPSGENIE_API_URL  opsgenie: us, eu, sandbox or an address (default us)
  JSM_SITE          jsm: the host of the site, such as example.atlassian.net (required)
  JSM_EMAIL         jsm: the e-mail of the person whose token it is (required)
  JSM_API_TOKEN     jsm: the token of an admin of Jira Service Management (required)
  JSM_ORG_KEY       jsm: a key of the organization, which finds, ends and restores accounts
  JSM_END           jsm: what becomes of an account: none (default), suspend or remove
  JSM_TRUST_TOKEN   jsm: 1 where the token sees everything and cannot prove it
  JSM_CLOUD_ID, JSM_ORG_ID   jsm: ids, where the site does not tell them"""
"""A part of the commands' help."""


def people(count: int) -> str:
    """Count people."""
    return f"{count} {'person' if count == 1 else 'people'}"
