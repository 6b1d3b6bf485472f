"""Made-up values for this machine: keys, the region, and requests to try on the sample account and the sample site."""

KEY = "local-key"
"""The key of the simulated Opsgenie that may do everything."""

SITE, TOKEN_OWNER = "example.atlassian.net", "offboarding@example.com"
SITE_TOKEN, ORGANIZATION_KEY = "site-token", "org-key"
"""The token and the key of the simulated site that may do everything."""

REGION = "eu-north-1"
HARI = "hari@example.com"

DRY_RUN = f'{{ "username":"{HARI}", "dry_run":true }}'
DELETE = f'{{ "username":"{HARI}" }}'
REPLACEMENT = '{ "username":"meera@example.com", "replace_with":"kofi@example.com" }'
REFUSAL = '{ "username":"tomas@example.com" }'
NOBODY = '{ "username":"nobody@example.com" }'
EXAMPLES = (
    ("a dry run", DRY_RUN),
    ("a delete", DELETE),
    ("a replacement", REPLACEMENT),
    ("a refusal", REFUSAL),
)
