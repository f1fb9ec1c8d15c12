// What people with other roles than the general manager meet: told what is missing, sending on,
// choosing and switching whom they act for.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { button, follow, heading, pathOf, plain, said } from './support/browser.js';
import {
  ACCOUNTANTS,
  CUSTOMER,
  KARI,
  NILS,
  OLA,
  OVERVIEW,
  PIA,
  SIV,
  TOR,
  makePerson,
} from './support/people.js';
import { newRequest, requestStatus } from './support/vendor.js';
import { visits } from './support/visits.js';

const UI = '/accessmanagement/ui/systemuser';
let demo;
const visit = visits(async (started) => {
  demo = started;
});
const approve = (page) => button(page, 'Godkjenn systemtilgangen');
const sendOn = (page) => button(page, 'Send til noen som kan svare');
const today = () =>
  new Intl.DateTimeFormat('nb-NO', { dateStyle: 'long', timeZone: 'Europe/Oslo' }).format();

/** Somebody who leads both organisations, with a name of their own. */
let leaders = 0;
async function leaderOfBoth() {
  leaders += 1;
  const name = `Liv Leder ${leaders}`;
  const roles = [CUSTOMER, ACCOUNTANTS].map((orgNo) => ({ orgNo, role: 'DAGL' }));
  await makePerson(demo, name, roles);
  return name;
}

test('Ola cannot answer, sends it on, and Siv finds it marked', async () => {
  const request = await newRequest(demo, { integrationTitle: 'Videre' });
  const ola = await visit(OLA, request.path);
  assert.match(await said(ola), /Du kan ikke svare på denne forespørselen/);
  assert.match(await said(ola), /daglig leder/);
  assert.equal(await approve(ola).count(), 0);
  assert.equal(await ola.getByRole('link', { name: 'Avvis', exact: true }).count(), 0);
  const refused = await ola.goto(`${demo.url}${UI}/request/${request.id}/reject`);
  assert.equal(refused.status(), 403);
  await ola.goto(demo.url + request.path);

  const siv = await visit(SIV, OVERVIEW);
  const row = siv.getByRole('row', { name: /Videre/ });
  assert.match(await row.innerText(), /Ikke besvart/);

  await follow(ola, sendOn(ola));
  assert.equal(pathOf(ola), `${UI}/request`);
  assert.match(plain(await ola.getByRole('status').innerText()), /er sendt videre/);
  const sent = `Forespørselen ble sendt videre ${today()}`;
  assert.ok((await said(ola)).includes(sent), await said(ola));
  assert.equal(await sendOn(ola).count(), 0);
  assert.equal(await requestStatus(demo, request.id), 'New');
  await ola.reload();
  assert.equal(await ola.getByRole('status').count(), 0);
  assert.ok((await said(ola)).includes(sent));

  await siv.reload();
  assert.match(plain(await row.innerText()), new RegExp(`Sendt videre ${today()}`));
  await follow(siv, row.getByRole('link', { name: 'Videre' }));
  assert.ok((await said(siv)).includes(sent));
  assert.equal(await sendOn(siv).count(), 0, 'it has been sent on already');

  // Pia, who can give everything, can still answer.
  const pia = await visit(PIA, request.path);
  assert.ok((await said(pia)).includes(sent));
  await follow(pia, approve(pia));
  assert.equal(await requestStatus(demo, request.id), 'Accepted');
  await ola.reload();
  assert.match(await heading(ola), /er godkjent$/);
  assert.match(await said(ola), /Godkjent av daglig leder/);
});

test('the overview tells Ola what is missing', async () => {
  const page = await visit(OLA, OVERVIEW);
  const text = await said(page);
  assert.match(text, /Du kan ikke styre systemtilgangene her/);
  assert.match(text, /Det kan de som har en av disse rollene eller tilgangene: .*daglig leder/);
});

test('Siv manages access without holding the service: told which and why, and may reject', async () => {
  const request = await newRequest(demo, { integrationTitle: 'Mangler' });
  const page = await visit(SIV, request.path);
  const text = await said(page);
  assert.match(text, /Du kan ikke gi alt det bes om/);
  const item = plain(await page.locator('.rights > li').first().innerText());
  assert.match(item, /^Krav og betalinger .*Du kan ikke gi denne/);
  assert.match(item, /Du mangler .*tjenesten/);
  assert.match(item, /Dette kan gis av: .*daglig leder/);
  assert.equal(await approve(page).count(), 0);
  assert.equal(await sendOn(page).count(), 1);
  await follow(page, page.getByRole('link', { name: 'Avvis', exact: true }));
  await follow(page, button(page, 'Avvis forespørselen'));
  assert.equal(pathOf(page), `${UI}/receipt/${request.id}`);
  assert.equal(await requestStatus(demo, request.id), 'Rejected');
});

test('Nils belongs nowhere and is told what would help', async () => {
  for (const path of [OVERVIEW, (await newRequest(demo)).path]) {
    const page = await visit(NILS, path);
    assert.equal(await heading(page), 'Du er ikke knyttet til noen virksomhet');
    assert.match(await said(page), /Be daglig leder/);
    assert.equal(await button(page, 'Logg ut').count(), 1);
  }
});

test('a request of somebody else is not found, as one that never was', async () => {
  const request = await newRequest(demo, { integrationTitle: 'Hemmelig tittel' });
  const page = await visit(TOR, OVERVIEW);
  const texts = [];
  for (const path of [
    request.path,
    `${UI}/request?id=00000000-0000-4000-8000-000000000000`,
    `${UI}/request?id=nonsense`,
    `${UI}/receipt/${request.id}`,
    `${UI}/request/${request.id}/reject`,
    `${UI}/${request.id}`,
    `${UI}/${request.id}/revoke`,
  ]) {
    const answer = await page.goto(demo.url + path);
    assert.equal(answer.status(), 404, path);
    const text = await said(page);
    assert.doesNotMatch(text, /Hemmelig|SmartCloud|Rør og Vann/, path);
    texts.push(text);
  }
  assert.equal(new Set(texts).size, 1, 'the pages differ');
  assert.equal(await heading(page), 'Vi finner ikke siden');
});

test('Kari, who only administers clients, sees the overview and what is missing', async () => {
  const page = await visit(KARI, OVERVIEW);
  assert.equal(await heading(page), 'Systemtilganger for Tallmakerne AS');
  assert.match(await said(page), /Du kan ikke styre systemtilgangene her/);
});

test('with one party it is chosen, and said so once', async () => {
  const page = await visit(PIA, OVERVIEW);
  const message = page.getByRole('status');
  assert.equal(plain(await message.innerText()), 'Du handler nå på vegne av Rør og Vann AS.');
  const header = plain(await page.getByRole('banner').innerText());
  assert.match(header, /Rør og Vann AS 310 904 473/);
  assert.match(header, /Pia Rørvik/);
  assert.equal(await page.getByRole('link', { name: 'Bytt virksomhet' }).count(), 0);
  await page.reload();
  assert.equal(await message.count(), 0);
});

test('with several parties one is chosen first, and the way goes on from there', async () => {
  const request = await newRequest(demo, { integrationTitle: 'Velg først' });
  const page = await visit(await leaderOfBoth(), request.path);
  assert.equal(await heading(page), 'Velg virksomhet');
  const names = await page.getByRole('main').getByRole('button').allInnerTexts();
  assert.deepEqual(names.map((name) => plain(name).replace(/ \d.*$/, '')), [
    'Rør og Vann AS',
    'Tallmakerne AS',
  ]);
  await follow(page, page.getByRole('button', { name: /^Rør og Vann AS/ }));
  assert.equal(page.url(), demo.url + request.place);
  assert.equal(await approve(page).count(), 1);
});

test('a request of the other party offers the switch, and stays', async () => {
  const request = await newRequest(demo, { integrationTitle: 'For den andre' });
  const page = await visit(await leaderOfBoth(), OVERVIEW);
  await follow(page, page.getByRole('button', { name: /^Tallmakerne AS/ }));
  assert.equal(await heading(page), 'Systemtilganger for Tallmakerne AS');
  const others = ['language', 'login'];
  const session = async () =>
    (await page.context().cookies(demo.url)).filter((cookie) => !others.includes(cookie.name));
  const old = await session();
  assert.equal(old.length, 1);
  await page.goto(demo.url + request.path);
  assert.equal(await heading(page), 'Forespørselen gjelder Rør og Vann AS');
  assert.match(await said(page), /Nå handler du på vegne av Tallmakerne AS/);
  assert.equal(await approve(page).count(), 0);
  await follow(page, button(page, 'Bytt til Rør og Vann AS'));
  assert.equal(page.url(), demo.url + request.place);
  assert.match(plain(await page.getByRole('banner').innerText()), /Rør og Vann AS 310 904 473/);
  assert.equal(await approve(page).count(), 1);
  assert.notEqual((await session())[0].value, old[0].value, 'the session id is the same');
});

test('a form shown for one party does nothing after a switch in another tab', async () => {
  const request = await newRequest(demo, { integrationTitle: 'To faner' });
  const first = await visit(await leaderOfBoth(), request.path);
  await follow(first, first.getByRole('button', { name: /^Rør og Vann AS/ }));
  assert.equal(await approve(first).count(), 1);

  const second = await first.context().newPage();
  await second.goto(`${demo.url}/parties`);
  await follow(second, second.getByRole('button', { name: /^Tallmakerne AS/ }));

  const [answer] = await Promise.all([
    first.waitForResponse((response) => response.request().method() === 'POST'),
    follow(first, approve(first)),
  ]);
  assert.equal(answer.status(), 409);
  assert.equal(await heading(first), 'Du har byttet virksomhet');
  assert.equal(await requestStatus(demo, request.id), 'New');
  await follow(first, button(first, 'Bytt virksomhet og fortsett'));
  assert.equal(first.url(), demo.url + request.place);
  await follow(first, approve(first));
  assert.equal(await requestStatus(demo, request.id), 'Accepted');
});

test('a link without an id is told to be incomplete', async () => {
  const page = await visit(PIA, OVERVIEW);
  const answer = await page.goto(`${demo.url}${UI}/request`);
  assert.equal(answer.status(), 400);
  assert.equal(await heading(page), 'Lenken er ufullstendig');
  // A parameter that old links carry changes nothing.
  const request = await newRequest(demo);
  await page.goto(`${demo.url}${request.place}&DONTCHOOSEREPORTEE=true`);
  assert.equal(await approve(page).count(), 1);
});

test('choosing by a made-up link does not work: it is a form with a token', async () => {
  const page = await visit(PIA, OVERVIEW);
  const answer = await page.goto(`${demo.url}/parties/00000000-0000-4000-8000-000000000000/choose`);
  assert.equal(answer.status(), 405);
});
