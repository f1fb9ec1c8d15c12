// Requests for system users that act for an organisation's clients, in a browser without scripts:
// approved, with the way to its clients; sent on; rejected.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { button, follow, heading, link, pathOf, plain, said } from './support/browser.js';
import { ACCOUNTANTS, OLA, PIA, SIV, TOR } from './support/people.js';
import { agentStatus, newAgentRequest, registerSystem } from './support/vendor.js';
import { visits } from './support/visits.js';

const UI = '/accessmanagement/ui/systemuser';
const SIGNING = 'urn:altinn:accesspackage:regnskapsforer-med-signeringsrettighet';
let demo;
let system;
const visit = visits(async (started) => {
  demo = started;
  system = await registerSystem(demo, 'smartkontor', 'SmartKontor', {
    rights: [],
    isVisible: false,
    accessPackages: [{ urn: SIGNING }],
  });
});
const ask = (integrationTitle, more = {}) =>
  newAgentRequest(demo, system, SIGNING, { integrationTitle, ...more });
const approve = (page) => button(page, 'Godkjenn systemtilgangen');
const sendOn = (page) => button(page, 'Send til noen som kan svare');

test('Tor approves, and the receipt leads to the clients, and back to the vendor', async () => {
  const redirectUrl = `${demo.sandbox}/smartcloud/receipt?customer=42`;
  const request = await ask('Regnskap for klientene', { redirectUrl, partyOrgNo: ACCOUNTANTS });
  const page = await visit(TOR, request.path);
  const text = await said(page);
  assert.match(text, /Du får en kvittering\. Derfra kan du gå tilbake til 127\.0\.0\.1/);
  assert.doesNotMatch(text, /Du sendes tilbake/);
  await follow(page, approve(page));
  assert.equal(pathOf(page), `${UI}/receipt/${request.id}`);
  assert.equal(await agentStatus(demo, request), 'Accepted');
  assert.match(await said(page), /gjelder ingen klienter før de blir lagt til/);
  const back = page.getByRole('link', { name: /^Tilbake til .*127\.0\.0\.1/ });
  assert.equal(await back.getAttribute('href'), redirectUrl);

  await follow(page, link(page, 'Legg til klienter nå'));
  assert.equal(pathOf(page), `${UI}/${request.id}/clients`);
  assert.equal(await heading(page), 'Klienter for Regnskap for klientene');
  await follow(page, button(page, 'Legg til Bjørk Bakeri Brevik'));
  assert.match(await said(page), /Bjørk Bakeri Brevik er lagt til\./);

  await page.goto(`${demo.url}${UI}/receipt/${request.id}`);
  await follow(page, back);
  assert.equal(page.url(), redirectUrl);
});

test('a request for clients says so, and is rejected after being asked once', async () => {
  const redirectUrl = `${demo.sandbox}/smartcloud/receipt?customer=42`;
  const request = await ask('Ikke for våre klienter', { redirectUrl });
  const page = await visit(PIA, request.path);
  assert.equal(page.url(), demo.url + request.place.replace('agentrequest', 'request'));
  assert.equal(await heading(page), 'SmartCloud AS ber om systemtilgang hos Rør og Vann AS');
  assert.match(await said(page), /Ingen klient er med før dere legger den til/);
  await follow(page, link(page, 'Avvis'));
  assert.equal(await heading(page), 'Vil du avvise forespørselen fra SmartCloud AS?');
  assert.equal(await agentStatus(demo, request), 'New');
  await follow(page, button(page, 'Avvis forespørselen'));
  assert.equal(page.url(), redirectUrl);
  assert.equal(await agentStatus(demo, request), 'Rejected');
  await page.goto(demo.url + request.path);
  assert.equal(await heading(page), 'Forespørselen fra SmartCloud AS er avvist');
  assert.equal(await approve(page).count(), 0);
  await page.goto(`${demo.url}${UI}/receipt/${request.id}`);
  assert.equal(await link(page, 'Legg til klienter nå').count(), 0);
});

test('Ola sends a request for clients on, and Siv, who manages access, answers it', async () => {
  const request = await ask('Videre for klienter');
  const ola = await visit(OLA, request.path);
  assert.match(await said(ola), /Du kan ikke svare på denne forespørselen/);
  assert.equal(await approve(ola).count(), 0);
  await follow(ola, sendOn(ola));
  assert.match(plain(await ola.getByRole('status').innerText()), /er sendt videre/);
  assert.equal(await sendOn(ola).count(), 0);
  assert.equal(await agentStatus(demo, request), 'New');

  const siv = await visit(SIV, `${UI}/requests`);
  const row = siv.getByRole('row', { name: /Videre for klienter/ });
  assert.match(plain(await row.innerText()), /Sendt videre/);
  await follow(siv, row.getByRole('link', { name: 'Videre for klienter' }));
  await follow(siv, approve(siv));
  assert.equal(pathOf(siv), `${UI}/receipt/${request.id}`);
  assert.equal(await agentStatus(demo, request), 'Accepted');
});
