// What a test file begins and ends with: a demo and a browser for the whole of it, visitors for each test.
import { after, afterEach, before, beforeEach } from 'node:test';
import { newVisitor, openBrowser } from './browser.js';
import { logIn } from './people.js';
import { startDemo } from './product.js';

/** Before the first test `prepare` is given the demo. Gives a way to log somebody in, with a browser of
 * their own and as wide as `more` says, on the way to an address. */
export function visits(prepare) {
  let demo;
  let browser;
  let contexts;
  before(async () => {
    demo = await startDemo();
    browser = await openBrowser();
    await prepare(demo);
  });
  after(async () => {
    await browser?.close();
    await demo?.stop();
  });
  beforeEach(() => {
    contexts = [];
  });
  afterEach(() => Promise.all(contexts.map((context) => context.close())));

  return async (name, path, more) => {
    const context = await newVisitor(browser, more);
    contexts.push(context);
    return logIn(context, demo, name, path);
  };
}
