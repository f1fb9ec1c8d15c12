// Sessions: logging in and out, from both sides; what is lost and what comes back; the language.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { heading, newVisitor, openBrowser, plain, said } from './support/browser.js';
import { OVERVIEW, PIA, choice, chooseAtProvider, logIn } from './support/people.js';
import { startDemo } from './support/product.js';
import { newRequest, requestStatus } from './support/vendor.js';

const UI = '/accessmanagement/ui/systemuser';
let demo;
let browser;
let context;

before(async () => {
  demo = await startDemo();
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});
beforeEach(async () => {
  context = await newVisitor(browser);
});
afterEach(() => context.close());

async function follow(page, element) {
  await Promise.all([page.waitForNavigation(), element.click()]);
}
const button = (page, name) => page.getByRole('button', { name, exact: true });
const link = (page, name) => page.getByRole('link', { name, exact: true });
const atProvider = (page) => page.url().startsWith(`${demo.sandbox}/idporten/`);
const portalCookies = () => context.cookies(demo.url);
/** The cookies that could be the session's: those that keep us logged in. */
const sessionCookies = async () =>
  (await portalCookies()).filter((cookie) => !['language', 'login'].includes(cookie.name));

async function mustLogInAgain(page, path = OVERVIEW) {
  await page.goto(demo.url + path);
  assert.ok(atProvider(page), `still logged in, at ${page.url()}`);
  assert.equal(await choice(page, PIA).count(), 1, 'the provider asks who it is');
}

test('a deep link survives the login', async () => {
  const request = await newRequest(demo);
  const page = await logIn(context, demo, PIA, request.path);
  assert.equal(page.url(), demo.url + request.place);
  assert.equal(await button(page, 'Godkjenn systemtilgangen').count(), 1);
});

test('cookies are for this host alone, out of reach of scripts and of other sites', async () => {
  await logIn(context, demo, PIA);
  await (await context.newPage()).goto(`${demo.url}/language/nn?to=/om`);
  const cookies = await portalCookies();
  assert.ok(cookies.length >= 2, JSON.stringify(cookies));
  for (const cookie of cookies.filter((one) => one.name !== 'sandbox_idp')) {
    assert.equal(cookie.httpOnly, true, cookie.name);
    assert.equal(cookie.sameSite, 'Lax', cookie.name);
    assert.equal(cookie.domain, 'localhost', cookie.name);
    assert.equal(cookie.path, '/', cookie.name);
  }
  assert.equal((await sessionCookies()).length, 1);
});

test('a login gives a new session id, and the old one is worth nothing', async () => {
  const page = await logIn(context, demo, PIA);
  const [first] = await sessionCookies();
  await page.goto(`${demo.url}/login`);
  await chooseAtProvider(page, PIA);
  const [second] = await sessionCookies();
  assert.notEqual(first.value, second.value);
  await context.clearCookies();
  await context.addCookies([first]);
  await mustLogInAgain(page);
});

test('logging out ends both sessions, and nothing is shown by going back', async () => {
  const request = await newRequest(demo, { integrationTitle: 'Ikke etterpå' });
  const page = await logIn(context, demo, PIA, request.path);
  const before = await sessionCookies();
  assert.match(await said(page), /Ikke etterpå/);
  await follow(page, button(page, 'Logg ut'));
  assert.equal(page.url(), `${demo.url}/logged-out`);
  assert.equal(await heading(page), 'Du er logget ut');
  assert.equal(await button(page, 'Logg ut').count(), 0);
  const provider = await context.cookies(`${demo.sandbox}/idporten/`);
  assert.ok(!provider.some((cookie) => cookie.name === 'sandbox_idp' && cookie.value !== ''));

  await page.goBack();
  await page.waitForLoadState();
  assert.ok(atProvider(page), `shown after logging out: ${page.url()}`);
  await page.reload();
  assert.doesNotMatch(plain(await page.innerText('body')), /Ikke etterpå/);
  await mustLogInAgain(page, request.path);

  // The old cookie is worth nothing either.
  await context.addCookies(before);
  await mustLogInAgain(page);
});

test('a session that is lost between page and press: 401, and a link that leads back', async () => {
  const request = await newRequest(demo);
  const page = await logIn(context, demo, PIA, request.path);
  for (const cookie of await sessionCookies()) await context.clearCookies({ name: cookie.name });
  const [answer] = await Promise.all([
    page.waitForResponse((response) => response.request().method() === 'POST'),
    follow(page, button(page, 'Godkjenn systemtilgangen')),
  ]);
  assert.equal(answer.status(), 401);
  assert.equal(await heading(page), 'Du må logge inn på nytt');
  assert.equal(await requestStatus(demo, request.id), 'New');
  await follow(page, link(page, 'Logg inn og fortsett'));
  assert.ok(atProvider(page));
  await chooseAtProvider(page, PIA);
  assert.equal(page.url(), demo.url + request.place);
  await follow(page, button(page, 'Godkjenn systemtilgangen'));
  assert.equal(await requestStatus(demo, request.id), 'Accepted');
});

test('the provider ends our session over the back channel', async () => {
  const page = await logIn(context, demo, PIA);
  // Without a page of ours: the provider is asked from outside the browser, with its cookie.
  const provider = await context.cookies(`${demo.sandbox}/idporten/`);
  const cookie = provider.map(({ name, value }) => `${name}=${value}`).join('; ');
  const answer = await fetch(`${demo.sandbox}/idporten/endsession`, { headers: { cookie } });
  assert.equal(answer.status, 200);
  await mustLogInAgain(page);
});

test('the provider may put our front-channel logout, and nothing else, in a frame', async () => {
  const page = await logIn(context, demo, PIA);
  const other = await context.newPage();
  const framed = [];
  other.on('response', (response) => {
    if (response.url().includes('/logout/frontchannel')) framed.push(response);
  });
  await other.goto(`${demo.sandbox}/idporten/endsession`);
  const frame = other.frames().find((one) => one.url().startsWith(`${demo.url}/logout/frontchannel`));
  assert.ok(frame, 'the provider opened no frame of ours');
  assert.equal(await frame.title(), 'Logget ut', 'the browser would not show the frame');
  assert.equal(framed[0]?.status(), 200);
  assert.match(framed[0].headers()['content-security-policy'], /frame-ancestors http:/);
  const own = (await page.goto(`${demo.url}/om`)).headers();
  assert.match(own['content-security-policy'], /frame-ancestors 'none'/);
  assert.equal(own['x-frame-options'], 'DENY');
  await mustLogInAgain(page);
});

test('the front channel ends no other session than the one it names', async () => {
  const page = await logIn(context, demo, PIA);
  const provider = await context.cookies(`${demo.sandbox}/idporten/`);
  const cookie = provider.map(({ name, value }) => `${name}=${value}`).join('; ');
  const ended = await fetch(`${demo.sandbox}/idporten/endsession`, { headers: { cookie } });
  const found = /src="([^"]+)"/.exec(await ended.text())?.[1];
  const source = found?.replaceAll('&#38;', '&').replaceAll('&amp;', '&');
  assert.ok(source?.startsWith(`${demo.url}/logout/frontchannel?`), source);
  await page.goto(demo.url);
  await chooseAtProvider(page, PIA);
  // The address of a login that is over ends no other; a wrong issuer ends nothing.
  assert.equal((await fetch(source)).status, 200);
  const wrong = new URL(source);
  wrong.searchParams.set('iss', 'https://elsewhere.example');
  assert.equal((await fetch(wrong)).status, 400);
  await page.goto(demo.url + OVERVIEW);
  assert.equal(await heading(page), 'Systemtilganger for Rør og Vann AS');
});

test('the language links keep the page, and the choice stays', async () => {
  const request = await newRequest(demo);
  const page = await logIn(context, demo, PIA, request.path);
  for (const [language, name, says] of [
    ['nn', 'Nynorsk', 'SmartCloud AS ber om systemtilgang hos Rør og Vann AS'],
    ['en', 'English', 'SmartCloud AS asks for system access at Rør og Vann AS'],
    ['nb', 'Bokmål', 'SmartCloud AS ber om systemtilgang hos Rør og Vann AS'],
  ]) {
    await follow(page, link(page, name));
    assert.equal(page.url(), demo.url + request.place);
    assert.equal(await page.locator('html').getAttribute('lang'), language);
    assert.equal(await heading(page), says);
    assert.equal(await link(page, name).getAttribute('aria-current'), 'true');
  }
  await follow(page, link(page, 'Nynorsk'));
  await page.goto(`${demo.url}/tilgjengelighet`);
  assert.equal(await page.locator('html').getAttribute('lang'), 'nn');
  await page.goto(`${demo.url}/language/en?to=https://elsewhere.example/`);
  assert.equal(new URL(page.url()).origin, demo.url);
});

test('without a choice the browser decides the language, weights and all', async () => {
  for (const [accepted, language] of [
    ['en;q=0.3, nn;q=0.9', 'nn'],
    ['de, en;q=0.5', 'en'],
    ['no', 'nb'],
    ['de', 'nb'],
  ]) {
    const headers = { 'accept-language': accepted };
    const page = await (await fetch(`${demo.url}/om`, { headers })).text();
    assert.match(page, new RegExp(`<html lang="${language}"`), accepted);
  }
});

test('a login that is cancelled offers another try, which goes where one was going', async () => {
  const request = await newRequest(demo);
  const page = await context.newPage();
  await page.goto(demo.url + request.path);
  await follow(page, page.getByRole('button', { name: /^Avbryt/ }));
  assert.equal(await heading(page), 'Innloggingen ble avbrutt');
  assert.ok((await page.title()).startsWith('Feil: '));
  await follow(page, link(page, 'Prøv å logge inn igjen'));
  await chooseAtProvider(page, PIA);
  assert.equal(page.url(), demo.url + request.place);
});

test('a callback that nobody began, or that comes twice, is not believed', async () => {
  const page = await context.newPage();
  const answer = await page.goto(`${demo.url}/login/callback?code=x&state=y`);
  assert.equal(answer.status(), 400);
  assert.equal(await heading(page), 'Innloggingen kan ikke brukes lenger');

  let callback;
  page.on('request', (sent) => {
    if (sent.url().includes('/login/callback?code=')) callback = sent.url();
  });
  await page.goto(`${demo.url}${OVERVIEW}`);
  await chooseAtProvider(page, PIA);
  assert.equal((await sessionCookies()).length, 1);
  const again = await page.goto(callback);
  assert.equal(again.status(), 400);
  await context.clearCookies();
  assert.equal((await page.goto(callback)).status(), 400);
  await mustLogInAgain(page);
});

test('a form from another site is refused and changes nothing', async () => {
  const request = await newRequest(demo);
  const page = await logIn(context, demo, PIA, request.path);
  const cookie = (await portalCookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
  const form = button(page, 'Godkjenn systemtilgangen').locator('xpath=ancestor::form');
  const fields = new URLSearchParams();
  for (const field of await form.locator('input').all()) {
    fields.append(await field.getAttribute('name'), await field.inputValue());
  }
  const action = demo.url + (await form.getAttribute('action'));
  const post = (headers, body) =>
    fetch(action, { method: 'POST', redirect: 'manual', headers: { cookie, ...headers }, body });
  const without = new URLSearchParams(fields);
  without.delete('token');
  const statuses = [
    await post({ 'sec-fetch-site': 'cross-site' }, fields),
    await post({ origin: demo.sandbox }, fields),
    await post({}, fields),
    await post({ 'sec-fetch-site': 'same-origin' }, without),
  ].map((answer) => answer.status);
  assert.deepEqual(statuses, [403, 403, 403, 403]);
  assert.equal(await requestStatus(demo, request.id), 'New');
  const good = await post({ 'sec-fetch-site': 'same-origin' }, fields);
  assert.equal(good.status, 303);
  assert.equal(good.headers.get('location'), `${UI}/receipt/${request.id}`);
  assert.equal(await requestStatus(demo, request.id), 'Accepted');
});
