// The life of a system access in a browser without scripts: another name, a pause, an end, a renewal;
// and the e-mail that says that something waits.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { heading, newVisitor, openBrowser, plain, said } from './support/browser.js';
import { OVERVIEW, PIA, logIn } from './support/people.js';
import { startDemo } from './support/product.js';
import { passDays } from './support/sandbox.js';
import { decide, newRequest } from './support/vendor.js';

const UI = '/accessmanagement/ui/systemuser';
const PIA_NUMBER = '12837810092';
const DAY = 24 * 60 * 60 * 1000;
let demo;
let browser;
let context;
/** Days that the tests have let pass. */
let passed = 0;

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

const button = (page, name) => page.getByRole('button', { name, exact: true });
async function follow(page, element) {
  await Promise.all([page.waitForNavigation(), element.click()]);
}
/** What the page says was done; told once. */
const done = async (page) => plain(await page.getByRole('status').innerText());
const open = (page, name) => page.locator('summary', { hasText: name }).click();
/** A day from today in the demo, as a browser's calendar has it. */
const dayIn = (days) =>
  new Date(Date.now() + (passed + days) * DAY).toLocaleDateString('sv-SE', { timeZone: 'Europe/Oslo' });

/** Pia on the page of an access that she has approved. */
async function shown(title) {
  const request = await newRequest(demo, { integrationTitle: title });
  await decide(demo, request, PIA_NUMBER, 'approve');
  return logIn(context, demo, PIA, `${UI}/${request.id}`);
}

test('an access is given another name, and a name that cannot be is shown again', async () => {
  const page = await shown('Gammelt navn');
  await open(page, 'Gi tilgangen et nytt navn');
  const field = page.getByLabel('Navn på tilgangen');
  assert.equal(await field.inputValue(), 'Gammelt navn');
  await field.fill('   ');
  await follow(page, button(page, 'Lagre navnet'));
  assert.match(await page.title(), /^Feil: /);
  const alert = page.getByRole('alert');
  assert.match(plain(await alert.innerText()), /Noe må rettes Skriv et navn på tilgangen\./);
  assert.ok(await alert.evaluate((element) => element === document.activeElement), 'it has the focus');
  await alert.getByRole('link').click();
  assert.ok(page.url().endsWith('#title'), page.url());
  await field.fill('Nytt <navn>');
  await follow(page, button(page, 'Lagre navnet'));
  assert.equal(await heading(page), 'Nytt <navn>');
  assert.equal(await done(page), 'Tilgangen heter nå Nytt <navn>.');
  await page.goto(demo.url + OVERVIEW);
  assert.equal(await page.getByRole('link', { name: 'Nytt <navn>' }).count(), 1);
});

test('an access is paused and goes on', async () => {
  const page = await shown('Til pause');
  await follow(page, button(page, 'Sett på pause'));
  assert.equal(await done(page), 'Tilgangen for Til pause er satt på pause.');
  assert.match(await said(page), /Status Satt på pause/);
  assert.equal(await button(page, 'Sett på pause').count(), 0);
  await follow(page, button(page, 'La tilgangen fortsette'));
  assert.match(await said(page), /Status Aktiv/);
});

test('a last day is chosen at the approval, changed, and taken away', async () => {
  const request = await newRequest(demo, { integrationTitle: 'Med slutt', validTo: dayIn(200) });
  const page = await logIn(context, demo, PIA, request.path);
  const field = page.getByLabel('Gjelder til og med');
  assert.equal(await field.inputValue(), dayIn(200));
  await field.fill(dayIn(100));
  await follow(page, button(page, 'Godkjenn systemtilgangen'));
  await page.goto(`${demo.url}${UI}/${request.id}`);
  await open(page, 'Endre sluttdatoen');
  assert.equal(await field.inputValue(), dayIn(100));
  await field.fill(dayIn(-1));
  await follow(page, button(page, 'Lagre sluttdatoen'));
  assert.match(await said(page), /Velg en dag som ikke er forbi\./);
  await field.fill(dayIn(150));
  await follow(page, button(page, 'Lagre sluttdatoen'));
  assert.equal(await done(page), 'Sluttdatoen for Med slutt er lagret.');
  await open(page, 'Endre sluttdatoen');
  await follow(page, button(page, 'Fjern sluttdatoen'));
  assert.doesNotMatch(await said(page), /Gjelder til og med \d/);
});

/** Waits for a mail that the one who reads it has not seen. */
async function mail(seen) {
  for (let i = 0; i < 100; i += 1) {
    const all = await (await fetch(`${demo.sandbox}/api/mailbox`)).json();
    if (all.length > seen) return all;
    await pause(200);
  }
  throw new Error('no mail has come');
}

test('an address is asked, told, and turned off, in the mailbox', async () => {
  const page = await logIn(context, demo, PIA);
  await follow(page, page.getByRole('link', { name: 'Varsler' }));
  assert.equal(await heading(page), 'Varsler på e-post for Rør og Vann AS');
  await page.getByLabel('E-postadresse').fill('post');
  await follow(page, button(page, 'Legg til adressen'));
  assert.match(await said(page), /Skriv en hel e-postadresse/);
  await page.getByLabel('E-postadresse').fill('post@rorogvann.example');
  await follow(page, button(page, 'Legg til adressen'));
  assert.match(await done(page), /post@rorogvann\.example/);
  await mail(0);

  // Somebody who is not logged in reads the mail, and says yes.
  const reader = await newVisitor(browser);
  const letter = await reader.newPage();
  await letter.goto(`${demo.sandbox}/mailbox`);
  await follow(letter, letter.getByRole('link', { name: /\/varsel\// }).first());
  assert.match(await heading(letter), /^Vil du ha varsler/);
  await follow(letter, button(letter, 'Ja, send meg varsler'));
  assert.equal(await heading(letter), 'Du får varsler om systemtilgangene til Rør og Vann AS');

  const request = await newRequest(demo, { integrationTitle: 'Hemmelig' });
  const [told] = await mail(1);
  assert.equal(told.to, 'post@rorogvann.example');
  assert.doesNotMatch(`${told.subject} ${told.text}`, /Hemmelig|SmartCloud|Krav|Pia/);
  assert.ok(told.text.includes(`${demo.url}${UI}/request?id=${request.id}`), told.text);

  await letter.goto(`${demo.sandbox}/mailbox`);
  await follow(letter, letter.getByRole('link', { name: /\/varsel\// }).first());
  await follow(letter, button(letter, 'Slå av varslene'));
  assert.equal(await heading(letter), 'Adressen får ingen varsler');
  await reader.close();
  await page.goto(`${demo.url}${UI}/notices`);
  assert.match(await said(page), /Ingen får varsler\./);
});

test('an access that has ended is renewed with one form', async () => {
  const page = await shown('Snart slutt');
  await open(page, 'Sett en sluttdato');
  await page.getByLabel('Gjelder til og med').fill(dayIn(20));
  await follow(page, button(page, 'Lagre sluttdatoen'));
  assert.match(await said(page), /Tilgangen går ut etter/);
  const address = page.url();
  passed += 40;
  await passDays(demo, 40);
  const later = await newVisitor(browser);
  const ended = await logIn(later, demo, PIA, new URL(address).pathname);
  assert.match(await said(ended), /Tilgangen gikk ut .* Status Utløpt/);
  // A year is suggested, and one press is enough.
  await follow(ended, button(ended, 'Forny'));
  assert.match(await said(ended), /Status Aktiv/);
  await later.close();
});
