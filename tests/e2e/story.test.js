// The whole story in a browser without scripts: a vendor asks, a general manager answers and later
// takes the access back.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { heading, newVisitor, openBrowser, plain, pressByKeyboard, said } from './support/browser.js';
import { OVERVIEW, PIA, chooseAtProvider, logIn } from './support/people.js';
import { startDemo } from './support/product.js';
import { ask, newRequest, readRequest, requestStatus } from './support/vendor.js';

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

const button = (page, name) => page.getByRole('button', { name, exact: true });
const link = (page, name) => page.getByRole('link', { name, exact: true });
async function follow(page, element) {
  await Promise.all([page.waitForNavigation(), element.click()]);
}
const pathOf = (page) => new URL(page.url()).pathname;

/** From the vendor's site to the request's page, logging in as Pia. */
async function connect() {
  const page = await context.newPage();
  await page.goto(`${demo.sandbox}/smartcloud`);
  await follow(page, page.getByRole('button', { name: /^Koble Rør og Vann AS til SmartRegnskap/ }));
  assert.equal(await heading(page), 'Logg inn');
  assert.ok(page.url().startsWith(`${demo.sandbox}/idporten/`), page.url());
  await chooseAtProvider(page, PIA);
  assert.equal(pathOf(page), `${UI}/request`);
  return { page, id: new URL(page.url()).searchParams.get('id') };
}

test('a vendor asks, Pia approves, finds it in the overview and takes it back', async () => {
  const { page, id } = await connect();
  assert.equal(await heading(page), 'SmartCloud AS ber om systemtilgang hos Rør og Vann AS');
  const text = await said(page);
  for (const fact of [
    'Leverandør SmartCloud AS 991 825 827',
    'System SmartRegnskap',
    'Gjelder for Rør og Vann AS 310 904 473',
    'Navn på tilgangen SmartRegnskap',
    'Du sendes tilbake til 127.0.0.1',
    'Du kan trekke tilgangen tilbake når som helst',
  ]) {
    assert.ok(text.includes(fact), `“${fact}” is missing in: ${text}`);
  }
  const items = page.getByRole('main').getByRole('listitem');
  assert.equal(await items.count(), 1);
  const item = plain(await items.innerText());
  assert.match(item, /^Krav og betalinger .*Skatteetaten.*Du kan gi denne$/);
  assert.equal(await requestStatus(demo, id), 'New');

  await follow(page, button(page, 'Godkjenn systemtilgangen'));
  assert.equal(page.url(), `${demo.sandbox}/smartcloud/receipt?customer=42`);
  assert.equal(await heading(page), 'Rør og Vann AS er koblet til SmartRegnskap');
  assert.equal(await requestStatus(demo, id), 'Accepted');

  // In operation: the vendor gets a token for the system user, and the service owner lets it in.
  const fetchClaims = (name) => follow(page, page.getByRole('button', { name }));
  await fetchClaims(/^Hent krav/);
  assert.equal(await heading(page), 'Krav og betalinger for Rør og Vann AS');
  assert.equal(await page.getByRole('row').count(), 4);
  assert.match(await said(page), /Merverdiavgift, 5. termin 2026 .* kr nei/);

  await page.goto(`${demo.url}${OVERVIEW}`);
  assert.equal(await heading(page), 'Systemtilganger for Rør og Vann AS');
  const row = page.getByRole('row', { name: /SmartRegnskap/ });
  assert.equal(await row.count(), 1);
  assert.match(plain(await row.innerText()), /SmartCloud AS 991 825 827 1 enkelttjeneste/);
  await follow(page, row.getByRole('link', { name: 'SmartRegnskap' }));
  assert.equal(pathOf(page), `${UI}/${id}`);
  assert.equal(await heading(page), 'SmartRegnskap');
  assert.match(await said(page), /Status Aktiv .*Godkjent av daglig leder.*Krav og betalinger/);

  // While it lives, the vendor cannot ask for the same once more.
  const term = page.getByText('Leverandørens referanse', { exact: true });
  const reference = plain(await term.locator('xpath=following-sibling::dd').innerText());
  const same = { externalRef: reference };
  assert.equal((await ask(demo, same)).body.code, 'AUTH-00004');

  await follow(page, link(page, 'Trekk tilbake tilgangen'));
  assert.equal(await heading(page), 'Vil du trekke tilbake tilgangen for SmartRegnskap?');
  await follow(page, button(page, 'Trekk tilbake tilgangen for SmartRegnskap'));
  assert.equal(pathOf(page), OVERVIEW);
  const message = page.getByRole('status');
  assert.equal(plain(await message.innerText()), 'Tilgangen for SmartRegnskap er trukket tilbake.');
  assert.equal(await page.getByRole('row', { name: /SmartRegnskap/ }).count(), 0);
  await page.reload();
  assert.equal(await message.count(), 0, 'the message is told once');

  // The very next fetch is refused, from the vendor's page as from the one before.
  await page.goto(`${demo.sandbox}/smartcloud`);
  await fetchClaims(/^Hent krav/);
  assert.equal(await heading(page), 'Vi fikk ikke hentet kravene');
  assert.match(await said(page), /invalid_altinn_customer_configuration/);
  await fetchClaims(/^Hent krav på nytt/);
  assert.equal(await page.getByRole('row').count(), 0);

  // The vendor sees that its request is closed, and may ask for the same again.
  const closed = await readRequest(demo, id);
  assert.equal(closed.status, 404);
  assert.equal(closed.body.code, 'AUTH-00010');
  const again = await ask(demo, same);
  assert.equal(again.status, 201);
  assert.notEqual(again.body.id, id);
  for (const path of [`${UI}/${id}/revoke`, `${UI}/request?id=${id}`]) {
    const answer = await page.goto(demo.url + path);
    assert.equal(answer.status(), 404, path);
  }
});

test('nothing is fetched before it is approved, nor by a browser that never connected', async () => {
  const stranger = await context.newPage();
  await stranger.goto(`${demo.sandbox}/smartcloud/claims`);
  assert.equal(await heading(stranger), 'Ingen tilkobling er påbegynt');
  const { page } = await connect();
  await page.goto(`${demo.sandbox}/smartcloud/claims`);
  assert.equal(await heading(page), 'Vi fikk ikke hentet kravene');
  assert.match(await said(page), /MP-303/);
});

test('Pia rejects after being asked once, and the vendor is told', async () => {
  const { page, id } = await connect();
  await follow(page, link(page, 'Avvis'));
  assert.equal(await heading(page), 'Vil du avvise forespørselen fra SmartCloud AS?');
  assert.equal(await requestStatus(demo, id), 'New');
  await follow(page, link(page, 'Tilbake til forespørselen'));
  assert.equal(pathOf(page), `${UI}/request`);
  await follow(page, link(page, 'Avvis'));
  await follow(page, button(page, 'Avvis forespørselen'));
  assert.equal(page.url(), `${demo.sandbox}/smartcloud/receipt?customer=42`);
  assert.equal(await heading(page), 'Tilkoblingen ble avvist');
  assert.equal(await requestStatus(demo, id), 'Rejected');
  await page.goto(`${demo.url}${UI}/request?id=${id}`);
  assert.equal(await heading(page), 'Forespørselen fra SmartCloud AS er avvist');
  assert.equal(await button(page, 'Godkjenn systemtilgangen').count(), 0);
});

test('without an address to go back to, the decision ends at the receipt', async () => {
  for (const [decision, says, status] of [
    ['approve', 'SmartRegnskap har fått systemtilgang hos Rør og Vann AS', 'Accepted'],
    ['reject', 'Forespørselen fra SmartCloud AS ble avvist', 'Rejected'],
  ]) {
    const request = await newRequest(demo, { integrationTitle: `Uten retur ${decision}` });
    const visitor = await newVisitor(browser);
    const page = await logIn(visitor, demo, PIA, request.path);
    assert.doesNotMatch(await said(page), /Du sendes tilbake/);
    if (decision === 'reject') {
      await follow(page, link(page, 'Avvis'));
      await follow(page, button(page, 'Avvis forespørselen'));
    } else {
      await follow(page, button(page, 'Godkjenn systemtilgangen'));
    }
    assert.equal(pathOf(page), `${UI}/receipt/${request.id}`);
    assert.equal(await heading(page), says);
    const text = await said(page);
    assert.ok(text.includes(`Navn på tilgangen Uten retur ${decision}`), text);
    assert.ok(text.includes(`Referanse ${request.id}`), text);
    assert.match(text, /Avgjort av Daglig leder/);
    assert.equal(await requestStatus(demo, request.id), status);
    await visitor.close();
  }
});

test('pressing twice, going back and reloading lead to the same receipt and one system user', async () => {
  const title = 'To ganger';
  const request = await newRequest(demo, { integrationTitle: title });
  const page = await logIn(context, demo, PIA, request.path);
  // A second tab shows the same form before anything is pressed.
  const other = await context.newPage();
  await other.goto(demo.url + request.path);
  await follow(page, button(page, 'Godkjenn systemtilgangen'));
  const receipt = page.url();
  assert.equal(pathOf(page), `${UI}/receipt/${request.id}`);
  const first = await said(page);

  await follow(other, button(other, 'Godkjenn systemtilgangen'));
  assert.equal(other.url(), receipt);
  assert.equal(await said(other), first);

  await page.reload();
  assert.equal(await said(page), first);
  await page.goBack();
  assert.equal(await button(page, 'Godkjenn systemtilgangen').count(), 0, 'the page was kept');
  assert.equal(await heading(page), 'Systemtilgangen for SmartRegnskap er godkjent');

  await page.goto(demo.url + OVERVIEW);
  assert.equal(await page.getByRole('link', { name: title }).count(), 1);
});

test('two presses of the same button at once make one system user', async () => {
  const request = await newRequest(demo, { integrationTitle: 'Dobbelttrykk' });
  const page = await logIn(context, demo, PIA, request.path);
  const approve = button(page, 'Godkjenn systemtilgangen');
  await Promise.all([
    page.waitForURL((url) => url.pathname === `${UI}/receipt/${request.id}`),
    approve.dblclick({ noWaitAfter: true }),
  ]);
  // The second press may lead there once more in the meantime.
  const done = 'SmartRegnskap har fått systemtilgang hos Rør og Vann AS';
  await page.getByRole('heading', { level: 1, name: done }).waitFor();
  await page.goto(demo.url + OVERVIEW);
  assert.equal(await page.getByRole('link', { name: 'Dobbelttrykk' }).count(), 1);
});

test('approving and taking back need nothing but a keyboard', async () => {
  const title = 'Tastatur';
  const request = await newRequest(demo, {
    integrationTitle: title,
    redirectUrl: `${demo.sandbox}/smartcloud/receipt?from=keyboard`,
  });
  const page = await context.newPage();
  await page.goto(demo.url + request.path);
  await pressByKeyboard(page, 'button', new RegExp(`^${PIA}`));
  assert.equal(pathOf(page), `${UI}/request`);

  // What the login has to say is read first, and it is in the content already.
  const told = page.getByRole('status');
  assert.match(await told.innerText(), /Rør og Vann AS/);
  assert.ok(await told.evaluate((element) => element === document.activeElement));
  await page.reload();

  // The first press offers to skip to the content.
  await page.keyboard.press('Tab');
  const skip = page.getByRole('link', { name: 'Hopp til innholdet' });
  assert.ok(await skip.evaluate((element) => element === document.activeElement));
  const box = await skip.boundingBox();
  assert.ok(box !== null && box.y >= 0 && box.height > 10, 'the skip link is not to be seen');
  await page.keyboard.press('Enter');
  await page.waitForURL(/#main$/);
  const presses = await pressByKeyboard(page, 'button', 'Godkjenn systemtilgangen');
  // Past the access that is there already, and the choice of a last day.
  assert.ok(presses <= 3, `${presses} presses from the content to the button`);
  assert.equal(page.url(), `${demo.sandbox}/smartcloud/receipt?from=keyboard`);
  assert.equal(await requestStatus(demo, request.id), 'Accepted');

  await page.goto(demo.url + OVERVIEW);
  await pressByKeyboard(page, 'link', title);
  await pressByKeyboard(page, 'link', 'Trekk tilbake tilgangen');
  await pressByKeyboard(page, 'button', `Trekk tilbake tilgangen for ${title}`);
  assert.equal(pathOf(page), OVERVIEW);
  assert.match(await page.getByRole('status').innerText(), /er trukket tilbake/);
});

test('a request for an unknown return address is refused, so that nobody is sent there', async () => {
  const answer = await ask(demo, { redirectUrl: 'https://elsewhere.example/receipt' });
  assert.equal(answer.status, 400);
  assert.equal(answer.body.code, 'AUTH-00021');
  assert.equal(answer.body.id, undefined);
});
