// A certified OpenID provider for the tests: oidc-provider on a loopback port, until SIGTERM or the end of its input.
//   node provider.mjs '{"port": 9000, "people": {"approver": {"name": "…"}}, "clients": [{"client_id": "…"}]}'
// Whatever it does is one line of JSON: {"event": "ready"} first. All is in memory, and each start has a new signing key.
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { Provider } from "oidc-provider";

const { port, people, clients } = JSON.parse(process.argv[2]);
const API = "urn:tests:work-items";
// Seconds: the first access token is to be renewed at once, a renewed one is not.
const [FIRST, RENEWED] = [30, 600];

const note = (event, details) => console.log(JSON.stringify({ event, ...details }));

const signingKey = () => {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return { ...privateKey.export({ format: "jwk" }), kid: randomUUID(), use: "sig", alg: "RS256" };
};

// Confidential clients get all claims in the id_token, and JWTs of an API as access tokens. Public ones get what the
// specification has by default: an id_token that only names the subject, and a token for userinfo.
const isPublic = (client) => client.clientAuthMethod === "none";

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients,
  jwks: { keys: [signingKey()] },
  cookies: { keys: [randomUUID()] },
  pkce: { required: () => true },
  claims: { openid: ["sub"], profile: ["name", "identity_id", "user_name", "authorities"] },
  conformIdTokenClaims: false,
  findAccount: (ctx, sub) =>
    people[sub] && {
      accountId: sub,
      claims: (use) => ({ sub, ...(use === "id_token" && isPublic(ctx.oidc.client) ? {} : people[sub]) }),
    },
  issueRefreshToken: (ctx, client) => client.grantTypeAllowed("refresh_token"),
  rotateRefreshToken: true,
  expiresWithSession: () => false, // so that only a revocation ends a refresh token
  ttl: { AccessToken: (ctx) => (ctx.oidc.params.grant_type === "refresh_token" ? RENEWED : FIRST) },
  features: {
    devInteractions: { enabled: true }, // its own forms: any password will do
    rpInitiatedLogout: { enabled: true },
    backchannelLogout: { enabled: true },
    revocation: { enabled: true },
    introspection: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: (ctx, client) => (isPublic(client) ? undefined : API),
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({
        scope: "",
        audience: API,
        accessTokenFormat: "jwt",
        jwt: { sign: { alg: "RS256" } },
      }),
    },
  },
  // Its own dispatcher refuses to call addresses like 127.0.0.1, which is where the tests' dashboards are.
  fetch: (url, { dispatcher, ...options }) => fetch(url, options),
});

provider.use(async (ctx, next) => {
  await next();
  note("request", { method: ctx.method, path: ctx.path, status: ctx.status });
});
provider.on("refresh_token.saved", ({ jti, clientId }) => note("refresh token", { token: jti, client: clientId }));
provider.on("backchannel.success", (ctx, client, sub, sid) => note("told", { client: client.clientId, sub, sid }));
for (const trouble of ["authorization", "grant", "revocation", "introspection", "end_session", "backchannel", "server"]) {
  const name = trouble === "server" ? "server_error" : `${trouble}.error`;
  provider.on(name, (ctx, error) => note("error", { name, error: error.error_detail ?? error.message }));
}

const server = createServer(provider.callback());
const stop = () => {
  server.close();
  server.closeAllConnections();
  process.stdin.destroy();
};
process.on("SIGTERM", stop);
process.stdin.resume().on("end", stop);
server.listen(port, "127.0.0.1", () => note("ready"));
