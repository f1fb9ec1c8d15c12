// Ten thousand clients in a browser without scripts: found, added and removed one by one, those that are
// checked, all that match, and a list; and the job that does it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { heading, newVisitor, openBrowser, plain, said } from './support/browser.js';
import { ACCOUNTANTS, KARI, logIn } from './support/people.js';
import { startDemo } from './support/product.js';
import { registerClient } from './support/sandbox.js';
import { makeAgent, registerSystem } from './support/vendor.js';

const UI = '/accessmanagement/ui/systemuser';
const SIGNING = 'urn:altinn:accesspackage:regnskapsforer-med-signeringsrettighet';
const TOR_NUMBER = '23916914075';
let demo;
let browser;
let context;
let page;
let clients;

before(async () => {
  demo = await startDemo('--clients', '10000');
  browser = await openBrowser();
  const system = await registerSystem(demo, 'smartkontor', 'SmartKontor', {
    rights: [],
    isVisible: false,
    accessPackages: [{ urn: SIGNING }],
  });
  const agent = await makeAgent(demo, system, SIGNING, ACCOUNTANTS, TOR_NUMBER);
  clients = `${UI}/${agent.id}/clients`;
  context = await newVisitor(browser);
  page = await logIn(context, demo, KARI);
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

const button = (name) => page.getByRole('button', { name, exact: true });
async function follow(element) {
  await Promise.all([page.waitForNavigation(), element.click()]);
}
const has = async (text) => {
  const all = await said(page);
  assert.ok(all.includes(text), `“${text}” is missing in: ${all.slice(0, 600)}`);
};
/** How many the list says have been added. */
async function added() {
  const lead = plain(await page.locator('.lead').innerText());
  return Number(lead.match(/^([\d ]+) av [\d ]+ klienter er lagt til/)[1].replace(/ /g, ''));
}

test('the menu leads to the clients, which are found by name and number', async () => {
  await follow(page.getByRole('link', { name: 'Klienter', exact: true }));
  assert.equal(new URL(page.url()).pathname, clients);
  assert.equal(await heading(page), 'Klienter for Regnskap 1');
  assert.equal(await page.getByRole('checkbox').count() > 30, true);
  await page.getByLabel('Søk på navn eller organisasjonsnummer').fill('310 904 473');
  await follow(button('Søk'));
  await has('Rør og Vann AS');
  assert.equal(await page.locator('tbody tr').count(), 1);
  await page.getByLabel('Søk på navn eller organisasjonsnummer').fill('rør og');
  await page.getByLabel('Vis').selectOption('available');
  await follow(button('Søk'));
  await has('Rør og Vann AS');
});

test('one is added and removed, and the focus is at its row', async () => {
  await page.goto(`${demo.url}${clients}?q=310904473`);
  await follow(button('Legg til Rør og Vann AS'));
  await has('Rør og Vann AS er lagt til.');
  const focused = page.locator('#at');
  assert.equal(await focused.evaluate((element) => element === document.activeElement), true);
  assert.equal(await added(), 1);
  await follow(button('Fjern Rør og Vann AS'));
  await has('Rør og Vann AS er fjernet.');
  assert.equal(await added(), 0);
});

test('those that are checked are added and removed', async () => {
  await page.goto(`${demo.url}${clients}?state=available`);
  const boxes = page.getByRole('checkbox');
  for (const at of [0, 1, 2]) await boxes.nth(at).check();
  await follow(button('Legg til valgte'));
  await has('3 lagt til');
  await page.goto(`${demo.url}${clients}?state=added`);
  for (const at of [0, 1]) await boxes.nth(at).check();
  await follow(button('Fjern valgte'));
  await has('2 fjernet');
  assert.equal(await added(), 1);
});

test('a pasted list is looked through, added, and told of row by row', async () => {
  await page.goto(`${demo.url}${clients}/bulk`);
  await page.getByRole('textbox', { name: 'Organisasjonsnumre' }).fill('310 904 473\n999999999\ntull');
  const form = page.locator('form', { has: page.locator('textarea') });
  await follow(form.getByRole('button', { name: 'Se hva som blir lagt til' }));
  await has('Blir lagt til 1');
  await has('Linje 3: fant ikke noe organisasjonsnummer');
  await follow(button('Legg til 1 klient'));
  await has('2 av 2 rader er behandlet.');
  await has('Er ikke klient hos dere');
});

test('a file is looked through', async () => {
  await page.goto(`${demo.url}${clients}/bulk`);
  const file = { name: 'klienter.csv', mimeType: 'text/csv', buffer: Buffer.from('\ufeffNavn;Orgnr\r\n"Rør; og Vann";310904473\r\n') };
  await page.getByLabel('CSV- eller tekstfil').setInputFiles(file);
  const form = page.locator('form[enctype="multipart/form-data"]');
  await follow(form.getByRole('button', { name: 'Se hva som blir fjernet' }));
  await has('Blir fjernet 1');
});

test('all that match are added by one job, which is followed to its end', async () => {
  await page.goto(`${demo.url}${clients}`);
  await follow(page.getByRole('link', { name: 'Legg til alle …' }));
  await has('Ingenting er gjort ennå.');
  await follow(page.getByRole('button', { name: /^Legg til [\d\s]+ klienter$/ }));
  assert.match(new URL(page.url()).pathname, /\/jobs\/[0-9a-f-]{36}$/);
  await toItsEnd();
  await has('Ferdig');
  const [, all] = (await said(page)).match(/([\d ]+) av \1 rader er behandlet/);
  assert.ok(Number(all.replace(/ /g, '')) > 9_000, all);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Last ned resultatet (CSV)' }).click(),
  ]);
  assert.equal(download.suggestedFilename(), 'resultat.csv');
  await follow(page.getByRole('link', { name: 'Vis bare det som ikke kunne gjøres' }));
  await has('Mangler Regnskapsfører med signeringsrettighet');
  await page.goto(`${demo.url}${clients}`);
  assert.ok((await added()) > 8_000);
});

/** Waits for the job of this page to end. */
async function toItsEnd() {
  for (let times = 0; times < 120; times += 1) {
    if ((await page.getByRole('link', { name: 'Oppdater siden' }).count()) === 0) return;
    await page.waitForTimeout(500);
    await follow(page.getByRole('link', { name: 'Oppdater siden' }));
  }
  assert.fail('the job has not ended');
}

test('a job is cancelled, found again when its page was closed, and tried again', async () => {
  // A fast machine may be done before a hand is at the button.
  let cancelled = false;
  for (let times = 0; times < 6 && !cancelled; times += 1) {
    await page.goto(`${demo.url}${clients}`);
    await follow(page.getByRole('link', { name: times % 2 === 0 ? 'Fjern alle …' : 'Legg til alle …' }));
    await follow(page.getByRole('button', { name: /^(Fjern|Legg til) [\d\s]+ klienter$/ }));
    const cancel = button('Avbryt jobben');
    if ((await cancel.count()) === 0) continue;
    await follow(cancel);
    cancelled = (await said(page)).includes('Avbrutt');
  }
  assert.ok(cancelled, 'no job could be cancelled');
  await page.close();
  page = await context.newPage();
  await page.goto(`${demo.url}${clients}`);
  await follow(page.getByRole('link', { name: 'Tidligere masseendringer' }));
  assert.equal(await heading(page), 'Masseendringer på Regnskap 1');
  await has('Kari Klepp');
  await follow(page.locator('tbody tr', { hasText: 'Avbrutt' }).first().getByRole('link'));
  const [, done, of] = (await said(page)).match(/([\d ]+) av ([\d ]+) rader er behandlet/);
  assert.ok(Number(done.replace(/ /g, '')) < Number(of.replace(/ /g, '')), `${done} of ${of}`);
  await follow(button('Prøv det som gjenstår på nytt'));
  await toItsEnd();
  await has('Ferdig');
  // All of them, whichever way it was.
  await page.goto(`${demo.url}${clients}`);
  const now = await added();
  assert.ok(now === 0 || now > 8_000, `${now}`);
  await page.goto(`${demo.url}${clients}/jobs`);
  assert.equal(await page.locator('tbody tr', { hasText: 'Pågår' }).count(), 0);
});

test('a rule lets new clients wait, and one click adds those that are shown', async () => {
  await page.goto(`${demo.url}${clients}`);
  const before = await added();
  await follow(page.getByRole('link', { name: 'Regler for nye klienter …' }));
  await has('Ingen regler er på');
  await page.getByRole('checkbox', { name: 'Regnskapsfører' }).check();
  await follow(button('Lagre reglene'));
  await has('Ingen nye klienter venter.');
  assert.equal(await page.getByRole('checkbox', { name: 'Regnskapsfører' }).isChecked(), true);
  await registerClient(demo, '310200107', 'Nye Ærfugl AS', ACCOUNTANTS);
  await registerClient(demo, '310200115', 'Nye Øre AS', ACCOUNTANTS);
  await registerClient(demo, '310200123', 'Nye Ås AS', ACCOUNTANTS);
  await page.goto(`${demo.url}${UI}/overview`);
  await follow(page.getByRole('link', { name: '3 nye klienter venter på gjennomgang' }));
  assert.equal(await heading(page), 'Nye klienter for Regnskap 1');
  await page.getByRole('checkbox', { name: 'Velg Nye Øre AS' }).check();
  await follow(button('Utelat valgte'));
  await has('1 utelatt');
  await follow(button('Legg til disse 2'));
  await has('2 lagt til');
  await has('Ingen nye klienter venter.');
  await page.goto(`${demo.url}${clients}`);
  assert.equal(await added(), before + 2);
});
