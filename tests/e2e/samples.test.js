// Every state of every page, in every language, as its sample shows it: accessible on a small and a
// large screen, and to be read when the screen is dark.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newVisitor, openBrowser } from './support/browser.js';
import { WIDTHS, faults, violations } from './support/faults.js';
import { serveSamples } from './support/samples.js';

const LANGUAGES = ['nb', 'nn', 'en'];
/** Samples that are looked at side by side. */
const PAGES = 2;

let samples;
let browser;

before(async () => {
  samples = await serveSamples();
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await samples?.stop();
});

/** Shows each sample in a language and asks what is wrong with it; how many there were. */
async function each(language, more, look) {
  // The pages have no scripts of their own; axe is the only one that runs.
  const context = await newVisitor(browser, { language, javaScriptEnabled: true, ...more });
  const wanted = samples.all.filter((sample) => sample.language === language);
  const left = [...wanted];
  const wrong = [];
  const lookAtSome = async () => {
    const page = await context.newPage();
    for (let sample = left.pop(); sample; sample = left.pop()) {
      await page.goto(sample.url);
      for (const fault of await look(page)) wrong.push(`${sample.name}: ${fault}`);
    }
  };
  await Promise.all(Array.from({ length: PAGES }, lookAtSome));
  await context.close();
  assert.deepEqual(wrong.sort(), []);
  return wanted.length;
}

for (const language of LANGUAGES) {
  test(`every sample in ${language} is accessible`, async () => {
    const seen = await each(language, {}, async (page) => {
      const wrong = [];
      for (const width of WIDTHS) {
        const found = await faults(page, language, width);
        wrong.push(...found.map((fault) => `at ${width} px: ${fault}`));
      }
      return wrong;
    });
    assert.ok(seen > 130, `${seen} samples`);
  });
}

test('every sample can be read in the dark', async () => {
  const seen = await each('nb', { colorScheme: 'dark' }, async (page) => {
    const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = ground.match(/\d+/g).slice(0, 3).some((channel) => Number(channel) > 60);
    const found = await violations(page, ['color-contrast']);
    return light ? [`the background is ${ground}`, ...found] : found;
  });
  assert.ok(seen > 130, `${seen} samples`);
});

test('what is wrong with a page is found', async () => {
  const context = await newVisitor(browser, { javaScriptEnabled: true });
  const page = await context.newPage();
  await page.goto(samples.all.find(({ language }) => language === 'nb').url);
  await page.evaluate(() => {
    document.querySelector('h1').style.color = '#ccc';
    document.querySelector('main').style.width = '400px';
    document.querySelector('footer a').textContent = '';
  });
  const found = (await faults(page, 'nn', 320)).join('\n');
  for (const fault of ['html[lang]', 'scrolling sideways', 'color-contrast', 'link-name']) {
    assert.ok(found.includes(fault), `${fault} is not among: ${found}`);
  }
  await context.close();
});
