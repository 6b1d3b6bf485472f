// Runs jira.js, which checks each answer field by field and throws where one is not as its schema says.
import assert from "node:assert";
import { createCloudClient } from "jira.js";

const jira = createCloudClient({
  host: process.env.ADDRESS, // it knows no proxy
  auth: { type: "basic", email: process.env.JSM_SITE_EMAIL, apiToken: process.env.JSM_API_TOKEN },
  onSchemaMismatch: "throw",
});
const show = (what, answer) => console.log(`   ${what}: ${JSON.stringify(answer).slice(0, 160)}`);

const found = await jira.userSearch.findUsers({ query: "hari@example.com", maxResults: 50 });
show("userSearch.findUsers", found);
const hari = found.find((user) => user.emailAddress === "hari@example.com");
const user = await jira.users.getUser({ accountId: hari.accountId });
show("users.getUser", user);
const myself = await jira.myself.getCurrentUser();
show("myself.getCurrentUser", myself);
const { permissions } = await jira.permissions.getMyPermissions({ permissions: "USER_PICKER" });
show("permissions.getMyPermissions", permissions);

assert.equal(user.displayName, "Hari Prasad");
assert.equal(myself.emailAddress, process.env.JSM_SITE_EMAIL);
assert.equal(permissions.USER_PICKER.havePermission, true);
await assert.rejects(jira.users.getUser({ accountId: "nobody" }), (error) => error.status === 404);
