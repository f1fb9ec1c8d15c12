// The happy path against an OpenID provider that is not ours: npm's oidc-provider, with the product as
// it runs in production, behind a proxy that ends TLS.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import Provider from 'oidc-provider';
import { heading, newVisitor, openBrowser, plain } from './support/browser.js';
import { freePort, scratch, startServe } from './support/product.js';

const CLIENT = 'portal';
const SECRET = randomBytes(24).toString('hex');
const ACR = 'idporten-loa-substantial';
/** Synthetic: the month is 80 higher than any real one. */
const PID = '12837810092';

let folder;
let product;
let proxy;
let provider;
let browser;
let publicUrl;
let directUrl;
let issuer;
/** What the provider vouches for. */
let level = ACR;
/** Whether nobody answers at an address of the provider's. */
let away = () => false;
/** The parameters of each login, and the provider's ids of its sessions; newest last. */
const asked = [];
const sessions = [];

const listening = (server, port = 0) =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server.address().port));
  });
const closed = (server) =>
  new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });

/** Ends TLS for `localhost` with a certificate of its own, and hands on to the port. */
async function tlsProxy(target) {
  const key = path.join(folder.folder, 'key.pem');
  const cert = path.join(folder.folder, 'cert.pem');
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject];
  await promisify(execFile)('openssl', [...made, '-keyout', key, '-out', cert]);
  const options = { key: await readFile(key), cert: await readFile(cert) };
  return https.createServer(options, (request, response) => {
    const { method, url, headers } = request;
    const on = http.request({ host: '127.0.0.1', port: target, method, path: url, headers });
    on.on('response', (answer) => {
      response.writeHead(answer.statusCode, answer.rawHeaders);
      answer.pipe(response);
    });
    on.on('error', () => response.writeHead(502).end());
    request.pipe(on);
  });
}

/** The provider: one client, and a login that asks nothing but a press. */
function makeProvider() {
  const made = new Provider(issuer, {
    clients: [
      {
        client_id: CLIENT,
        client_secret: SECRET,
        redirect_uris: [`${publicUrl}/login/callback`],
        post_logout_redirect_uris: [`${publicUrl}/logged-out`],
        // Without TLS: the provider does not know the proxy's certificate.
        backchannel_logout_uri: `${directUrl}/logout/backchannel`,
        backchannel_logout_session_required: true,
        token_endpoint_auth_method: 'client_secret_basic',
        id_token_signed_response_alg: 'RS256',
      },
    ],
    pkce: { required: () => true },
    scopes: ['openid', 'profile'],
    acrValues: [ACR],
    claims: { openid: ['sub', 'pid', 'sid'], profile: ['name'], acr: null, sid: null },
    conformIdTokenClaims: false,
    // Its own way to fetch refuses loopback addresses.
    fetch: (url, options) => fetch(url, { ...options, dispatcher: undefined }),
    cookies: { keys: [randomBytes(16).toString('hex')] },
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: { enabled: true },
      backchannelLogout: { enabled: true },
    },
    findAccount: (_, accountId) => ({
      accountId,
      claims: () => ({ sub: accountId, pid: PID, name: 'Pia Rørvik' }),
    }),
    interactions: { url: (_, interaction) => `/press/${interaction.uid}` },
  });
  made.on('authorization.success', (ctx) => sessions.push(ctx.oidc.session.sidFor(CLIENT)));
  made.use(async (ctx, next) => {
    if (!ctx.path.startsWith('/press/')) return next();
    const { params, prompt, grantId } = await made.interactionDetails(ctx.req, ctx.res);
    asked.push(params);
    if (ctx.method === 'GET') {
      ctx.type = 'html';
      ctx.body = `<!doctype html><html lang="en"><title>Press</title><h1>Press</h1>
        <form method="post"><button>Continue: ${prompt.name}</button></form>`;
      return undefined;
    }
    const grant = grantId
      ? await made.Grant.find(grantId)
      : new made.Grant({ accountId: 'pia', clientId: params.client_id });
    grant.addOIDCScope('openid profile');
    const login = { accountId: 'pia', acr: level, amr: ['test'] };
    const consent = { grantId: await grant.save() };
    return made.interactionFinished(ctx.req, ctx.res, { login, consent });
  });
  return made;
}

before(async () => {
  folder = await scratch();
  const [inside, internal] = [await freePort(), await freePort()];
  directUrl = `http://127.0.0.1:${inside}`;
  proxy = await tlsProxy(inside);
  publicUrl = `https://localhost:${await listening(proxy)}`;
  provider = http.createServer((request, response) => {
    if (away(request.url)) request.socket.destroy();
    else provider.answer(request, response);
  });
  issuer = `http://127.0.0.1:${await listening(provider)}`;
  provider.answer = makeProvider().callback();
  const key = () => `test1:${randomBytes(32).toString('base64')}`;
  product = await startServe(
    [
      ...['--database', `sqlite://${path.join(folder.folder, 'store.db')}`],
      ...['--listen', `127.0.0.1:${inside}`, '--public-url', publicUrl],
      ...['--oidc-issuer', issuer, '--oidc-client-id', CLIENT, '--allow-synthetic'],
    ],
    {
      SYSTEMBRUKER_OIDC_CLIENT_SECRET: SECRET,
      SYSTEMBRUKER_EVENT_KEYS: key(),
      SYSTEMBRUKER_NUMBER_KEYS: key(),
    },
    internal,
  );
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  const how = await product?.stop();
  if (proxy) await closed(proxy);
  if (provider) await closed(provider);
  await folder?.remove();
  if (product) assert.equal(how, 0, 'the product did not end well');
});

/** The page of a login that must wait; with a way to try again later. */
async function isAway(page, answer) {
  assert.equal(answer.status(), 503);
  assert.match((await answer.allHeaders())['retry-after'], /^\d+$/);
  assert.match(await page.title(), /^Feil: /);
  assert.equal(await heading(page), 'Tjenesten er ikke tilgjengelig akkurat nå');
}

test('a provider that has not answered yet is said to be away', async () => {
  away = () => true;
  const context = await newVisitor(browser, { ignoreHTTPSErrors: true });
  const page = await context.newPage();
  await isAway(page, await page.goto(publicUrl));
  for (const path of ['/om', '/tilgjengelighet', '/personvern']) {
    assert.equal((await page.goto(publicUrl + path)).status(), 200, path);
  }
  await context.close();
  away = () => false;
});

test('Pia logs in and out through a provider that knows nothing of us', async () => {
  const context = await newVisitor(browser, { ignoreHTTPSErrors: true, javaScriptEnabled: true });
  const page = await context.newPage();
  await page.goto(publicUrl);
  assert.ok(page.url().startsWith(`${issuer}/press/`), page.url());
  const [params] = asked;
  assert.equal(params.response_type, 'code');
  assert.equal(params.code_challenge_method, 'S256');
  assert.equal(params.acr_values, ACR);
  assert.equal(params.ui_locales, 'nb');
  assert.ok(params.state && params.nonce);

  const press = page.getByRole('button', { name: /^Continue/ });
  await Promise.all([page.waitForURL(`${publicUrl}/**`), press.click()]);
  assert.equal(await heading(page), 'Du er ikke knyttet til noen virksomhet');
  // The provider was not asked for a name, and the register has none.
  assert.equal(params.scope, 'openid');
  const header = plain(await page.getByRole('banner').innerText());
  assert.match(header, /Logget inn som Innlogget person/);
  assert.doesNotMatch(await page.content(), new RegExp(PID));
  assert.equal(await page.getByText('Dette er en demo').count(), 0);

  const ours = (await context.cookies(publicUrl)).filter((one) => one.name.startsWith('__Host-'));
  const session = ours.filter((cookie) => cookie.name !== '__Host-login');
  assert.equal(session.length, 1, JSON.stringify(ours.map((cookie) => cookie.name)));
  for (const cookie of ours) {
    assert.equal(cookie.secure, true, cookie.name);
    assert.equal(cookie.httpOnly, true, cookie.name);
    assert.equal(cookie.sameSite, 'Lax', cookie.name);
  }
  const answer = await page.goto(`${publicUrl}/parties`);
  assert.match((await answer.allHeaders())['strict-transport-security'], /max-age=\d+/);
  const forms = (await answer.allHeaders())['content-security-policy'];
  assert.match(forms, new RegExp(`form-action 'self' ${issuer}(;|$)`));

  const logOut = page.getByRole('button', { name: 'Logg ut' });
  await Promise.all([page.waitForNavigation(), logOut.click()]);
  if (page.url().startsWith(issuer)) {
    const yes = page.getByRole('button').first();
    await Promise.all([page.waitForNavigation(), yes.click()]);
  }
  await page.waitForURL((url) => url.origin === publicUrl);
  assert.equal(new URL(page.url()).pathname, '/logged-out');
  assert.equal(await heading(page), 'Du er logget ut');

  // Neither side remembers: the provider asks again.
  await context.addCookies(session);
  await page.goto(`${publicUrl}/parties`);
  assert.ok(page.url().startsWith(`${issuer}/press/`), page.url());
  await context.close();
});

/** Logs in, in a browser of one's own. */
async function loggedIn() {
  const context = await newVisitor(browser, { ignoreHTTPSErrors: true, javaScriptEnabled: true });
  const page = await context.newPage();
  await page.goto(`${publicUrl}/parties`);
  const press = page.getByRole('button', { name: /^Continue/ });
  await Promise.all([page.waitForURL(`${publicUrl}/**`), press.click()]);
  const known = sessions.length;
  await page.reload();
  assert.equal(await heading(page), 'Du er ikke knyttet til noen virksomhet');
  assert.equal(sessions.length, known, 'a reload needs no login');
  return { context, page, sid: sessions.at(-1) };
}

test('the front channel ends the session that it names, and no other', async () => {
  const [one, other] = [await loggedIn(), await loggedIn()];
  assert.notEqual(one.sid, other.sid);
  const query = new URLSearchParams({ iss: issuer, sid: one.sid });
  assert.equal((await fetch(`${directUrl}/logout/frontchannel?${query}`)).status, 200);
  // The provider still knows both: who has no session with us comes by it, unseen.
  const known = sessions.length;
  await other.page.reload();
  assert.equal(sessions.length, known);
  await one.page.reload();
  assert.equal(sessions.length, known + 1);
  assert.equal(sessions.at(-1), one.sid);
  await Promise.all([one.context.close(), other.context.close()]);
});

test('the back channel ends the session that the provider has ended', async () => {
  const [one, other] = [await loggedIn(), await loggedIn()];
  await one.page.goto(`${issuer}/session/end`);
  const yes = one.page.getByRole('button', { name: /yes/i });
  await Promise.all([one.page.waitForNavigation(), yes.click()]);
  await one.page.goto(`${publicUrl}/parties`);
  assert.ok(one.page.url().startsWith(`${issuer}/press/`), `still logged in: ${one.page.url()}`);
  await other.page.goto(`${publicUrl}/parties`);
  assert.equal(await heading(other.page), 'Du er ikke knyttet til noen virksomhet');
  await Promise.all([one.context.close(), other.context.close()]);
});

test('a login at a lower level than asked for is not let in', async () => {
  const context = await newVisitor(browser, { ignoreHTTPSErrors: true });
  const page = await context.newPage();
  level = 'idporten-loa-low';
  await page.goto(publicUrl);
  const press = page.getByRole('button', { name: /^Continue/ });
  await Promise.all([page.waitForURL(`${publicUrl}/**`), press.click()]);
  assert.equal(await heading(page), 'Innloggingen var ikke sikker nok');
  const names = (await context.cookies(publicUrl)).map((cookie) => cookie.name);
  assert.deepEqual(names.filter((name) => name.startsWith('__Host-')), ['__Host-login']);
  await context.close();
  level = ACR;
});

test('while the provider is away, who is logged in goes on, and who is not is told to wait', async () => {
  const one = await loggedIn();
  const context = await newVisitor(browser, { ignoreHTTPSErrors: true });
  const page = await context.newPage();
  await page.goto(publicUrl);
  const press = page.getByRole('button', { name: /^Continue/ });
  away = (url) => !url.startsWith('/press/') && !url.startsWith('/auth');
  const [answer] = await Promise.all([
    page.waitForResponse((response) => response.url().startsWith(`${publicUrl}/login/callback`)),
    press.click(),
  ]);
  await page.waitForLoadState();
  await isAway(page, answer);
  assert.equal((await one.page.reload()).status(), 200);
  assert.equal(await heading(one.page), 'Du er ikke knyttet til noen virksomhet');

  away = () => false;
  await page.goto(publicUrl);
  if (!page.url().startsWith(publicUrl)) {
    await Promise.all([page.waitForURL(`${publicUrl}/**`), press.click()]);
  }
  assert.equal(await heading(page), 'Du er ikke knyttet til noen virksomhet');
  await Promise.all([one.context.close(), context.close()]);
});
