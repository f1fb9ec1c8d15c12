// What comes of an answer when something has happened since the page was shown, in a browser without
// scripts: withdrawn, decided by another, changed. And a change that is rejected.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { button, follow, heading, link, pathOf, plain, said } from './support/browser.js';
import { PIA, SIV } from './support/people.js';
import { nameOrganisation } from './support/sandbox.js';
import {
  VENDOR,
  changeStatus,
  decide,
  newChange,
  newRequest,
  registerSystem,
  requestStatus,
  withdraw,
} from './support/vendor.js';
import { visits } from './support/visits.js';

const UI = '/accessmanagement/ui/systemuser';
const PIA_NUMBER = '12837810092';
let demo;
let system;
const visit = visits(async (started) => {
  demo = started;
  system = await registerSystem(demo, 'endres', 'SmartEndring', {
    accessPackages: [{ urn: 'urn:altinn:accesspackage:skattegrunnlag' }],
  });
});
/** A change that waits, of an access that Pia has approved. */
async function waitingChange(integrationTitle) {
  const request = await newRequest(demo, { systemId: system, integrationTitle });
  await decide(demo, request, PIA_NUMBER, 'approve');
  return newChange(demo, request.id);
}
const approve = (page) => button(page, 'Godkjenn systemtilgangen');
const approveChange = (page) => button(page, 'Godkjenn endringen');

test('a change is rejected after being asked once, and the access is as it was', async () => {
  const change = await waitingChange('Som før');
  const page = await visit(PIA, change.path);
  await follow(page, link(page, 'Avvis endringen'));
  assert.equal(await heading(page), 'Vil du avvise endringen som SmartCloud AS ber om?');
  assert.equal(await changeStatus(demo, change), 'New');
  await follow(page, button(page, 'Avvis endringen'));
  assert.equal(await heading(page), 'Endringen av Som før er avvist');
  assert.match(await said(page), /Avvist av [Dd]aglig leder.* Systemtilgangen er som før\./);
  assert.equal(await changeStatus(demo, change), 'Rejected');
  await page.goto(demo.url + change.path);
  assert.equal(await heading(page), 'Endringen av Som før er avvist');
  assert.equal(await approveChange(page).count(), 0);
});

test('what the vendor has withdrawn meanwhile is gone, and nothing is approved', async () => {
  const request = await newRequest(demo, { integrationTitle: 'Trekkes' });
  const change = await waitingChange('Endring som trekkes');
  for (const [waiting, press, title, left, more] of [
    [request, approve, /^Trekkes/, 0, {}],
    [change, approveChange, /^Endring som trekkes/, 1, { change: true }],
  ]) {
    const page = await visit(PIA, waiting.path);
    assert.equal(await press(page).count(), 1);
    await withdraw(demo, waiting, more);
    assert.equal((await follow(page, press(page))).status(), 404);
    assert.equal(await heading(page), 'Vi finner ikke siden');
    // Nothing waits any more, and there is what there was.
    await page.goto(`${demo.url}${UI}/overview`);
    assert.equal(await page.locator(`main a[href*="${waiting.id}"]`).count(), 0);
    assert.equal(await page.getByRole('row', { name: title }).count(), left);
  }
});

test('who presses after another has decided is told, and led to what was decided', async () => {
  const request = await newRequest(demo, { integrationTitle: 'Avgjort av Siv' });
  const change = await waitingChange('Endring avgjort av Siv');
  for (const [waiting, press, kind, no] of [
    [request, approve, 'request', 'Avvis forespørselen'],
    [change, approveChange, 'changerequest', 'Avvis endringen'],
  ]) {
    const pia = await visit(PIA, waiting.path);
    assert.equal(await press(pia).count(), 1);
    const siv = await visit(SIV, `${UI}/${kind}/${waiting.id}/reject`);
    await follow(siv, button(siv, no));
    assert.equal((await follow(pia, press(pia))).status(), 409);
    assert.match(await pia.title(), /^Feil: /);
    assert.equal(await heading(pia), 'Forespørselen er allerede avgjort');
    assert.match(await said(pia), /Svaret ditt er ikke registrert/);
    await follow(pia, pia.locator('main .actions a').first());
    assert.match(await heading(pia), /er avvist$/);
    assert.match(await said(pia), /Avvist av [Tt]ilgangsstyr/);
    assert.equal(await press(pia).count(), 0);
  }
  assert.equal(await requestStatus(demo, request.id), 'Rejected');
  assert.equal(await changeStatus(demo, change), 'Rejected');
});

test('what has changed since it was shown is shown again, and approved by the next press', async () => {
  const request = await newRequest(demo, { integrationTitle: 'Nytt navn' });
  const change = await waitingChange('Endring med nytt navn');
  const pages = [await visit(PIA, request.path), await visit(PIA, change.path)];
  await nameOrganisation(demo, VENDOR, 'SmartSky AS');
  const status = [() => requestStatus(demo, request.id), () => changeStatus(demo, change)];
  for (const [i, press] of [approve, approveChange].entries()) {
    const page = pages[i];
    assert.match(await said(page), /SmartCloud AS/);
    assert.equal((await follow(page, press(page))).status(), 409);
    assert.match(await page.title(), /^Feil: /);
    const alert = plain(await page.getByRole('alert').innerText());
    assert.match(alert, /er endret siden du så den .*Ingenting er godkjent/);
    assert.match(alert, /endret: Leverandør/);
    assert.match(await heading(page), /^SmartSky AS ber om/);
    assert.equal(await status[i](), 'New');
    assert.equal((await follow(page, press(page))).status(), 200);
    assert.equal(await status[i](), 'Accepted');
  }
  assert.equal(pathOf(pages[0]), `${UI}/receipt/${request.id}`);
});
