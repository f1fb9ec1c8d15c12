// What an owner does of its own accord, in a browser without scripts: gives a system access, reads
// what has happened, sends on what it cannot answer; and all of it by keyboard.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { heading, plain, pressByKeyboard, said } from './support/browser.js';
import { OLA, OVERVIEW, PIA, SIV, chooseAtProvider } from './support/people.js';
import { VENDOR, newChange, newRequest, readRequest, registerSystem, requestStatus } from './support/vendor.js';
import { visits } from './support/visits.js';

const UI = '/accessmanagement/ui/systemuser';
let demo;
const visit = visits((started) => {
  demo = started;
});
async function follow(page, element) {
  await Promise.all([page.waitForNavigation(), element.click()]);
}
const button = (page, name) => page.getByRole('button', { name, exact: true });
const link = (page, name) => page.getByRole('link', { name, exact: true });
const pathOf = (page) => new URL(page.url()).pathname;
/** The id of what has the focus. */
const focused = (page) => page.evaluate(() => document.activeElement?.id ?? '');

/** What a link of this name downloads, as text. */
async function download(page, name) {
  const [file] = await Promise.all([page.waitForEvent('download'), link(page, name).click()]);
  assert.equal(file.suggestedFilename(), `history-310904473.${name.toLowerCase()}`);
  return readFile(await file.path(), 'utf8');
}
/** The cells of a line of CSV; one with a semicolon is in quotes. */
function cells(line) {
  const found = [...`${line};`.matchAll(/("(?:[^"]|"")*"|[^;]*);/g)].map(([, cell]) => cell);
  return found.map((cell) => cell.replace(/^"(.*)"$/, '$1').replaceAll('""', '"'));
}

test('Pia gives a system access by herself, and finds it marked as new', async () => {
  const system = await registerSystem(demo, 'aerlig', 'Ærlig lønn');
  const page = await visit(PIA, OVERVIEW);
  await follow(page, link(page, 'Gi et system tilgang'));
  assert.equal(await heading(page), 'Velg system');
  const names = await page.locator('.cards li > a').allInnerTexts();
  assert.deepEqual(names.map(plain), ['SmartCloud', 'SmartRegnskap', 'Ærlig lønn']);
  await page.getByRole('searchbox').fill('991 825 827');
  await follow(page, button(page, 'Søk'));
  assert.equal(await page.locator('.cards li').count(), 3);
  await page.getByRole('searchbox').fill('ærlig');
  await follow(page, button(page, 'Søk'));
  await follow(page, link(page, 'Ærlig lønn'));
  assert.equal(pathOf(page), `${UI}/create/${system}`);
  assert.match(await said(page), /Krav og betalinger .*Skatteetaten.*Du kan gi denne/);
  const title = page.getByLabel('Navn på tilgangen');
  assert.equal(await title.inputValue(), 'Ærlig lønn');
  await title.fill('Lønn på Bø');
  await follow(page, button(page, 'Gi tilgangen'));
  assert.equal(pathOf(page), OVERVIEW);
  assert.match(plain(await page.getByRole('status').innerText()), /Lønn på Bø er opprettet/);
  const row = page.getByRole('row', { name: /Lønn på Bø/ });
  assert.match(plain(await row.innerText()), /^Lønn på Bø Ny .*Ikke brukt ennå$/);
  // Once more: told that it is there, with a way to it.
  await page.goto(`${demo.url}${UI}/create/${system}`);
  assert.match(await said(page), /Dere har denne tilgangen allerede/);
  assert.equal(await button(page, 'Gi tilgangen').count(), 0);
  await follow(page, link(page, 'Se systemtilgangen dere har'));
  assert.equal(await heading(page), 'Lønn på Bø');
});

test('a title that is none is said at the field, and what was typed survives a login', async () => {
  const system = await registerSystem(demo, 'skjema', 'SmartSkjema');
  const page = await visit(PIA, `${UI}/create/${system}`);
  const title = page.getByLabel('Navn på tilgangen');
  await title.fill('   ');
  await follow(page, button(page, 'Gi tilgangen'));
  assert.match(await page.title(), /^Feil: /);
  const summary = page.getByRole('alert');
  assert.match(plain(await summary.innerText()), /Skriv et navn på tilgangen\./);
  await summary.getByRole('link').click();
  assert.equal(await focused(page), 'title');
  await title.fill('Skjema & lønn');
  const cookies = (await page.context().cookies()).filter(({ name }) => name === 'language');
  await page.context().clearCookies();
  await page.context().addCookies(cookies);
  await follow(page, button(page, 'Gi tilgangen'));
  assert.equal(await heading(page), 'Du må logge inn på nytt');
  await follow(page, link(page, 'Logg inn og fortsett'));
  await chooseAtProvider(page, PIA);
  assert.equal(pathOf(page), `${UI}/create/${system}`);
  assert.equal(await title.inputValue(), 'Skjema & lønn');
  await follow(page, button(page, 'Gi tilgangen'));
  assert.match(await said(page), /Skjema & lønn er opprettet/);
});

test('Siv cannot give it, and is told who can', async () => {
  const page = await visit(SIV, `${UI}/create/${VENDOR}_smartregnskap`);
  const text = await said(page);
  assert.match(text, /Du kan ikke gi alt systemet trenger .*1 person i virksomheten kan godkjenne: Pia Rørvik/);
  assert.equal(await button(page, 'Gi tilgangen').count(), 0);
});

test('the history is narrowed, led on from, and downloaded', async () => {
  const request = await newRequest(demo, { integrationTitle: 'Historisk; første' });
  const page = await visit(PIA, request.path);
  await follow(page, button(page, 'Godkjenn systemtilgangen'));
  await page.goto(demo.url + OVERVIEW);
  await follow(page, link(page, 'Historikk'));
  assert.equal(await heading(page), 'Historikk for Rør og Vann AS');
  await page.getByLabel('Systemtilgang', { exact: true }).fill('historisk');
  await page.getByLabel('Hendelse').selectOption('request.accepted');
  await page.getByLabel('Fra og med').fill('2020-01-01');
  await follow(page, button(page, 'Vis'));
  const rows = page.locator('tbody tr');
  assert.equal(await rows.count(), 1);
  assert.match(plain(await rows.innerText()), /^Forespørselen ble godkjent Historisk; første .*Pia Rørvik Daglig leder/);
  const [csv, json] = [await download(page, 'CSV'), JSON.parse(await download(page, 'JSON'))];
  const [names, first, ...more] = csv.replace(/^\ufeff/, '').trim().split('\r\n').map(cells);
  assert.equal(more.length, 0);
  assert.equal(names.length, first.length);
  assert.deepEqual(first.slice(1, 7), [
    'request.accepted',
    'Forespørselen ble godkjent',
    '',
    'Pia Rørvik',
    'Daglig leder',
    'Historisk; første',
  ]);
  assert.equal(json.cut, false);
  assert.equal(json.events.length, 1);
  const { time, type, what, more: details, who, role, title, systemUserId, requestId } = json.events[0];
  assert.equal(details, null);
  assert.deepEqual([time, type, what, details ?? '', who, role, title, systemUserId], first.slice(0, 8));
  assert.equal(requestId, request.id);
  await follow(page, rows.getByRole('link', { name: 'Historisk; første' }));
  assert.equal(await heading(page), 'Historisk; første');
  await follow(page, link(page, 'Se hele historikken'));
  assert.match(await said(page), /Bare Historisk; første/);
  await follow(page, link(page, 'Vis alle systemtilganger'));
  assert.ok((await rows.count()) > 1);
});

test('a change that Ola cannot answer is sent on, and Siv and Pia find it first', async () => {
  const system = await registerSystem(demo, 'endres', 'SmartEndring', {
    accessPackages: [{ urn: 'urn:altinn:accesspackage:skattegrunnlag' }],
  });
  const other = await newRequest(demo, { systemId: system, integrationTitle: 'Endres nå' });
  const pia = await visit(PIA, other.path);
  await follow(pia, button(pia, 'Godkjenn systemtilgangen'));
  const asked = await newChange(demo, other.id);
  await newRequest(demo, { integrationTitle: 'Nyere' });

  const ola = await visit(OLA, asked.path);
  assert.match(await said(ola), /1 person i virksomheten kan godkjenne: Pia Rørvik/);
  await follow(ola, button(ola, 'Send til noen som kan svare'));
  assert.match(await said(ola), /ble sendt videre .* og venter på svar/);
  assert.equal(await button(ola, 'Send til noen som kan svare').count(), 0);

  const siv = await visit(SIV, `${UI}/requests`);
  assert.match(plain(await siv.locator('tbody tr').first().innerText()), /^Endres nå .*Sendt videre/);
  await pia.goto(`${demo.url}${UI}/${other.id}`);
  assert.match(await said(pia), /Endringer som venter på svar/);
  await follow(pia, pia.locator('article').getByRole('link', { name: 'Endres nå' }));
  await follow(pia, button(pia, 'Godkjenn endringen'));
  assert.equal(await heading(pia), 'Endringen av Endres nå er godkjent');
});

test('by keyboard alone: give, approve, change and revoke', async () => {
  const page = await visit(PIA, OVERVIEW);
  await pressByKeyboard(page, 'link', 'Gi et system tilgang');
  assert.equal(await focused(page), '');
  const system = await registerSystem(demo, 'tastatur', 'SmartTast', {
    accessPackages: [{ urn: 'urn:altinn:accesspackage:skattegrunnlag' }],
  });
  await page.reload();
  await pressByKeyboard(page, 'link', 'SmartTast');
  assert.equal(pathOf(page), `${UI}/create/${system}`);
  await pressByKeyboard(page, 'button', 'Gi tilgangen');
  assert.equal(pathOf(page), OVERVIEW);

  const request = await newRequest(demo, { systemId: system, integrationTitle: 'Med tastatur' });
  await page.goto(demo.url + request.path);
  await pressByKeyboard(page, 'button', 'Godkjenn systemtilgangen');
  assert.equal(await requestStatus(demo, request.id), 'Accepted');

  const change = await newChange(demo, request.id);
  await page.goto(demo.url + change.path);
  await pressByKeyboard(page, 'button', 'Godkjenn endringen');
  assert.equal(await heading(page), 'Endringen av Med tastatur er godkjent');

  await page.goto(`${demo.url}${UI}/${request.id}`);
  await pressByKeyboard(page, 'link', 'Trekk tilbake tilgangen', 60);
  await pressByKeyboard(page, 'button', /^Trekk tilbake tilgangen for/);
  assert.equal(pathOf(page), OVERVIEW);
  assert.match(plain(await page.getByRole('status').innerText()), /trukket tilbake/);
  assert.equal((await readRequest(demo, request.id)).status, 404);
});

test('the lists are as usable on a small screen', async () => {
  const page = await visit(PIA, `${UI}/history`, { width: 320 });
  for (const path of ['history', 'requests', 'create', 'overview']) {
    await page.goto(`${demo.url}${UI}/${path}`);
    const wide = await page.evaluate(() => document.scrollingElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${path}: ${wide} px of scrolling sideways`);
  }
});
