"""The GraphQL gateway of the simulated site."""

import pytest

from local.jsm import Quirks
from local.jsm.people import CLOUD_ID, HOST, ORGANIZATION_ID, team
from tests.local.jsm.site_client import GRAPH, site_client
from tests.local.jsm.small_site import HARI, NOBODY

TENANT = {
    "operationName": "TenantContext",
    "query": "query TenantContext($hostNames: [String!]!) { tenantContexts(hostNames: $hostNames) "
    "{ cloudId orgId hostName } }",
    "variables": {"hostNames": [HOST]},
}
KNOWN = {"cloudId": CLOUD_ID, "orgId": ORGANIZATION_ID, "hostName": HOST}


def search(member, *, opt_in='@optIn(to: "Team-search-v2")', after="", first="first: 50"):
    """Ask for the teams of somebody, with the arguments written out."""
    text = (
        f'query {{ team {{ teamSearchV2(organizationId: "ari:cloud:platform::org/{ORGANIZATION_ID}", '
        f'siteId: "{CLOUD_ID}", filter: {{query: "", membership: {{memberIds: ["{member}"]}}}}, {first}{after}) '
        f"{opt_in} {{ nodes {{ team {{ id displayName state }} }} pageInfo {{ hasNextPage endCursor }} }} }} }}"
    )
    return {"query": text}


def answered(client, **asked):
    """List the teams that a search finds, by id."""
    status, body = client.ask("POST", GRAPH, search(**asked))
    assert status == 200
    return [node["team"]["id"] for node in body["data"]["team"]["teamSearchV2"]["nodes"]]


@pytest.mark.parametrize(
    ("quirk", "answer"),
    [
        ("answers", (200, {"data": {"tenantContexts": [KNOWN]}})),
        (
            "errors",
            (
                200,
                {
                    "data": None,
                    "errors": [{"message": "Tenant contexts could not be read", "extensions": {"statusCode": 403}}],
                },
            ),
        ),
        ("404", (404, {"code": 404, "message": "Not Found"})),
    ],
)
def test_tenant_context_answers_as_the_quirk_says(quirk, answer):
    assert site_client(Quirks(tenant_context=quirk)).ask("POST", GRAPH, TENANT) == answer


def test_host_that_is_not_there_is_null():
    asked = {**TENANT, "variables": {"hostNames": ["other.atlassian.net", HOST]}}

    assert site_client().ask("POST", GRAPH, asked)[1] == {"data": {"tenantContexts": [None, KNOWN]}}


def test_search_finds_the_teams_of_a_person():
    assert site_client().ask("POST", GRAPH, search(HARI)) == (
        200,
        {
            "data": {
                "team": {
                    "teamSearchV2": {
                        "nodes": [
                            {
                                "team": {
                                    "id": "ari:cloud:identity::team/t-1",
                                    "displayName": "Platform",
                                    "state": "ACTIVE",
                                }
                            }
                        ],
                        "pageInfo": {"hasNextPage": False, "endCursor": "1"},
                    }
                }
            }
        },
    )
    assert answered(site_client(), member=NOBODY) == []


def test_search_finds_no_deleted_team():
    client = site_client()
    with client.simulation.edit() as site:
        site["teams"][0]["state"] = "DELETED"

    assert answered(client, member=HARI) == []


def test_search_takes_variables():
    body = {
        "query": "query Q($m: [ID!], $n: Int) { team { teamSearchV2(filter: {membership: {memberIds: $m}}, first: $n) "
        "{ nodes { team { id } } } } }",
        "variables": {"m": [HARI], "n": 1},
    }

    assert len(site_client().ask("POST", GRAPH, body)[1]["data"]["team"]["teamSearchV2"]["nodes"]) == 1


def test_search_has_pages():
    client = site_client()
    with client.simulation.edit() as site:
        site["teams"] += [team(f"t-x{n}", f"X{n}", [HARI]) for n in range(59)]

    (page,) = client.ask("POST", GRAPH, search(HARI, first="first: 1"))[1]["data"]["team"].values()

    assert [node["team"]["id"] for node in page["nodes"]] == ["ari:cloud:identity::team/t-1"]
    assert page["pageInfo"] == {"hasNextPage": True, "endCursor": "1"}
    assert len(answered(client, member=HARI)) == 50
    assert len(answered(client, member=HARI, after=', after: "50"')) == 10


@pytest.mark.parametrize(("quirk", "found"), [("complete", 0), ("behind", 1), ("opt-in", 0)])
def test_search_is_behind_as_the_quirk_says(quirk, found):
    client = site_client(Quirks(graph_teams=quirk))
    client.teams("POST", "/t-1/members/remove", {"members": [{"accountId": HARI}]})

    assert len(answered(client, member=HARI)) == found


def test_search_without_opting_in_is_refused_as_the_quirk_says():
    refused = site_client(Quirks(graph_teams="opt-in")).ask("POST", GRAPH, search(HARI, opt_in=""))

    assert site_client().ask("POST", GRAPH, search(HARI, opt_in=""))[1].get("errors") is None
    assert refused == (
        200,
        {
            "data": None,
            "errors": [
                {
                    "message": "teamSearchV2 is experimental: opt in to Team-search-v2",
                    "extensions": {"statusCode": 400},
                }
            ],
        },
    )


@pytest.mark.parametrize(
    "body",
    [
        {"query": "{ tenantContexts(hostNames: [x]) { cloudId } }"},
        {"query": "{ tenantContexts(hostNames: $h) { cloudId } }", "variables": {"h": 7}},
        {"query": "{ tenantContexts(hostNames: $h) { cloudId } }", "variables": ["h"]},
        {"query": '{ team { teamSearchV2(after: "x") { nodes { team { id } } } } }'},
    ],
)
def test_arguments_that_cannot_be_are_errors(body):
    refused = {"message": "The arguments are not those of the query", "extensions": {"statusCode": 400}}

    assert site_client().ask("POST", GRAPH, body) == (200, {"data": None, "errors": [refused]})


def test_other_queries_are_errors():
    assert site_client().ask("POST", GRAPH, {"query": "{ me { user { name } } }"})[1]["errors"][0]["message"] == (
        "The query is not known here"
    )
    assert site_client().ask("POST", GRAPH, {}) == (400, {"code": 400, "message": "query must be a string"})
