// Authority that a login brings: the provider vouches for an organisation, and that is acted for.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import axe from 'axe-core';
import { heading, newVisitor, openBrowser, plain, said } from './support/browser.js';
import { NILS, OVERVIEW, TOR, chooseAtProvider } from './support/people.js';
import { startDemo } from './support/product.js';
import { newRequest, requestStatus } from './support/vendor.js';

const VOUCHED = ['--vouched-resource', 'demo-tilgangsstyring', '--vouched-action', 'access'];
const TAGS = { nb: 'Via innloggingen', nn: 'Via innlogginga', en: 'By your login' };
let demo;
let browser;

before(async () => {
  demo = await startDemo(...VOUCHED);
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

/** Logs in, with these organisations picked at the provider. */
async function logIn(context, name, organisations, other = '') {
  const page = await context.newPage();
  await page.goto(demo.url + OVERVIEW);
  for (const organisation of organisations) {
    await page.getByRole('checkbox', { name: new RegExp(`^${organisation}`) }).check();
  }
  await page.getByRole('textbox').fill(other);
  await chooseAtProvider(page, name);
  return page;
}

test('somebody whom the provider vouches for acts, sees why, and gives nothing', async () => {
  const context = await newVisitor(browser);
  const page = await logIn(context, NILS, ['Rør og Vann AS']);
  assert.equal(await heading(page), 'Systemtilganger for Rør og Vann AS');
  const banner = page.getByRole('banner');
  assert.match(plain(await banner.innerText()), /Rør og Vann AS 310 904 473 Via innloggingen/);
  const request = await newRequest(demo);
  await page.goto(demo.url + request.path);
  assert.match(await said(page), /Du kan ikke gi denne/);
  assert.equal(await page.getByRole('button', { name: /^Godkjenn/ }).count(), 0);
  assert.equal(await requestStatus(demo, request.id), 'New');
  // Without being vouched for there is nobody to act for.
  await context.clearCookies();
  const later = await logIn(context, NILS, []);
  assert.equal(await heading(later), 'Du er ikke knyttet til noen virksomhet');
  await context.close();
});

test('the choice of party says which one is by the login, without faults, in every language', async () => {
  for (const language of Object.keys(TAGS)) {
    const context = await newVisitor(browser, { language, javaScriptEnabled: true });
    const page = await logIn(context, TOR, ['Rør og Vann AS'], '999 999 999');
    await page.goto(`${demo.url}/parties`);
    const button = page.getByRole('button', { name: /Rør og Vann AS/ });
    assert.match(plain(await button.innerText()), new RegExp(TAGS[language]));
    assert.match(plain(await page.getByRole('main').innerText()), /999 999 999/);
    for (const width of [320, 1280]) {
      await page.setViewportSize({ width, height: 900 });
      await page.evaluate(axe.source);
      const found = await page.evaluate(() => globalThis.axe.run(document));
      assert.deepEqual(found.violations.map(({ id }) => id), []);
      const wide = await page.evaluate(() => document.scrollingElement.scrollWidth - innerWidth);
      assert.ok(wide <= 0, `${wide} px of scrolling sideways at ${width}`);
    }
    await context.close();
  }
});
