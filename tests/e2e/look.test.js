// How pages look when the screen is dark, and on paper.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newVisitor, openBrowser, plain } from './support/browser.js';
import { violations } from './support/faults.js';
import { OVERVIEW, PIA, logIn } from './support/people.js';
import { startDemo } from './support/product.js';
import { decide, newRequest, registerSystem } from './support/vendor.js';

const UI = '/accessmanagement/ui/systemuser';
const PIA_NUMBER = '12837810092';
let demo;
let browser;
let page;
let accepted;
let waiting;

before(async () => {
  demo = await startDemo();
  browser = await openBrowser();
  const redirectUrl = `${demo.sandbox}/smartcloud/receipt?customer=42`;
  const accessPackages = [{ urn: 'urn:altinn:accesspackage:krav-og-utlegg' }];
  const systemId = await registerSystem(demo, 'papir', 'SmartPapir', { accessPackages });
  const title = { integrationTitle: 'Krav på papir' };
  accepted = await newRequest(demo, { ...title, systemId, accessPackages, redirectUrl });
  await decide(demo, accepted, PIA_NUMBER, 'approve');
  waiting = await newRequest(demo, { integrationTitle: 'Venter i mørket', redirectUrl });
  // The pages have no scripts of their own; axe is the only one that runs.
  page = await logIn(await newVisitor(browser, { javaScriptEnabled: true }), demo, PIA);
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

/** How light a colour of an element is, from 0 to 1. */
function light(selector, property) {
  return page.locator(selector).first().evaluate((element, name) => {
    const [r, g, b] = getComputedStyle(element)[name].match(/[\d.]+/g).map(Number);
    return (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255;
  }, property);
}
const ground = () => light('body', 'backgroundColor');

test('in the dark the ground is dark, and all that is said can be read', async () => {
  for (const path of [OVERVIEW, waiting.path, `${UI}/${accepted.id}`, `${UI}/history`]) {
    await page.emulateMedia({ colorScheme: 'light' });
    await page.goto(demo.url + path);
    assert.ok((await ground()) > 0.9, path);
    assert.ok((await light('h1', 'color')) < 0.3, path);
    await page.emulateMedia({ colorScheme: 'dark' });
    assert.ok((await ground()) < 0.15, path);
    for (const said of ['h1', 'main p', 'header a', 'footer a']) {
      assert.ok((await light(said, 'color')) > 0.5, `${path}: ${said}`);
    }
    for (const width of [320, 1280]) {
      await page.setViewportSize({ width, height: 900 });
      assert.deepEqual(await violations(page, ['color-contrast']), [], `${path} at ${width} px`);
    }
  }
  // What cannot be read would be found.
  await page.locator('h1').evaluate((heading) => {
    heading.style.color = '#333';
  });
  const [found] = await violations(page, ['color-contrast']);
  assert.match(found, /^color-contrast: .*<h1/);
});

test('on paper there is what a page says, unfolded, and nothing that is to be pressed', async () => {
  const history = `${UI}/history`;
  const packed = 'Vis tjenesten i pakken Krav og betalinger';
  for (const [path, facts] of [
    [
      `${UI}/receipt/${accepted.id}`,
      ['SmartCloud AS', '991 825 827', 'Rør og Vann AS', 'Krav på papir', 'Avgjort av', packed, accepted.id],
    ],
    [`${UI}/${accepted.id}`, ['SmartPapir', 'Aktiv', packed, 'Forespørselen ble godkjent']],
    [history, ['Forespørselen ble godkjent', 'Krav på papir', 'Pia Rørvik', 'Daglig leder']],
  ]) {
    await page.emulateMedia({ media: 'screen', colorScheme: 'light' });
    // As wide as a sheet of A4 between its margins.
    await page.setViewportSize({ width: 718, height: 1000 });
    await page.goto(demo.url + path);
    const pressed = page.locator('button, input, nav, footer, .actions, .ds-skip-link, .langs');
    assert.ok((await pressed.filter({ visible: true }).count()) > 3, path);
    await page.emulateMedia({ media: 'print' });
    assert.deepEqual(await pressed.filter({ visible: true }).allInnerTexts(), [], path);
    const text = plain(await page.getByRole('main').innerText());
    // Side by side, as on a large screen.
    const row = page.locator('main tbody tr, .facts > div').first();
    const tops = await row.locator('td, dt, dd').evaluateAll((cells) =>
      cells.map((cell) => Math.round(cell.getBoundingClientRect().top)),
    );
    assert.equal(new Set(tops).size, 1, `${path}: ${tops}`);
    for (const fact of facts) assert.ok(text.includes(fact), `“${fact}” is missing in: ${text}`);
    for (const said of ['h1', 'main p', 'main dd, main td']) {
      assert.ok((await light(said, 'color')) < 0.4, `${path}: ${said}`);
    }
    assert.ok((await ground()) > 0.95, path);
    const wide = await page.evaluate(() => document.scrollingElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${path}: ${wide} px wider than the paper`);
  }
});
