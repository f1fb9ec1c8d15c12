// Accessibility of every page state, in every language, on a small and a large screen; and how much a
// first visit costs.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newVisitor, openBrowser } from './support/browser.js';
import { WIDTHS, faults } from './support/faults.js';
import { PIA, logIn } from './support/people.js';
import { prepare } from './support/prepare.js';
import { startDemo } from './support/product.js';
import { passDays } from './support/sandbox.js';
import { lateStates, states, walk } from './support/states.js';
import { readRequest } from './support/vendor.js';

const LANGUAGES = ['nb', 'nn', 'en'];

let demo;
let browser;
let made;

before(async () => {
  demo = await startDemo();
  browser = await openBrowser();
  made = await prepare(demo);
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

/** Looks at each state in one language at both widths; the titles by the states' names. */
async function inspect(language, all) {
  const wrong = [];
  const titles = new Map();
  let seen = 0;
  await walk({
    demo,
    language,
    all,
    // The pages have no scripts of their own; axe is the only one that runs.
    newContext: () => newVisitor(browser, { language, javaScriptEnabled: true }),
    async look(state, page, status) {
      if (status !== (state.status ?? 200)) wrong.push(`${state.name}: answered ${status}`);
      const title = await page.title();
      const mark = ['nb', 'nn'].includes(language) ? 'Feil: ' : 'Error: ';
      const isError = state.error ?? status >= 400;
      if (isError !== title.startsWith(mark)) wrong.push(`${state.name}: “${title}”`);
      titles.set(state.name, title);
      for (const width of WIDTHS) {
        seen += 1;
        for (const fault of await faults(page, language, width)) {
          wrong.push(`${state.name} at ${width} px: ${fault}`);
        }
      }
    },
  });
  assert.deepEqual(wrong, []);
  const here = all.filter(({ only }) => only === undefined || only === language);
  assert.equal(seen, here.length * WIDTHS.length);
  return titles;
}

for (const language of LANGUAGES) {
  test(`every page in ${language} is accessible`, async () => {
    const titles = await inspect(language, states(made));
    assert.notEqual(titles.get('overview'), titles.get('approve'));
  });
}

test('the first load of a request costs at most 30 KiB in at most 3 requests, and no script', async () => {
  const context = await newVisitor(browser);
  await logIn(context, demo, PIA);
  const { cookies } = await context.storageState();
  await context.close();
  // A browser that has seen nothing but the login.
  const fresh = await newVisitor(browser);
  await fresh.addCookies(cookies);
  const page = await fresh.newPage();
  const session = await fresh.newCDPSession(page);
  await session.send('Network.enable');
  const kinds = [];
  let bytes = 0;
  let finished = 0;
  session.on('Network.requestWillBeSent', ({ request, type }) => {
    if (!request.url.startsWith('data:')) kinds.push(type);
  });
  session.on('Network.loadingFinished', ({ encodedDataLength }) => {
    bytes += encodedDataLength;
    finished += 1;
  });
  await page.goto(demo.url + made.open.path, { waitUntil: 'networkidle' });
  assert.equal(await page.getByRole('button', { name: 'Godkjenn systemtilgangen' }).count(), 1);
  assert.ok(kinds.length >= 2 && kinds.length <= 3, `requests: ${kinds.join(', ')}`);
  assert.ok(finished >= kinds.length, `${finished} finished`);
  assert.ok(!kinds.includes('Script'), kinds.join(', '));
  assert.ok(bytes > 1000 && bytes <= 30 * 1024, `${bytes} bytes`);
  await fresh.close();
});

test('a request that has timed out is accessible in every language', async () => {
  await passDays(demo, 181);
  for (const request of [made.open, made.escalated]) {
    assert.equal((await readRequest(demo, request.id)).body.timedOut, true);
  }
  for (const language of LANGUAGES) await inspect(language, lateStates(made));
});
