// Takes pictures of the main pages in every language, on a small, a middle and a large screen, into
// docs/screens. `npm run screens`; with names of pages behind `--` only those.
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { newVisitor, openBrowser } from './support/browser.js';
import { small } from './support/png.js';
import { prepare } from './support/prepare.js';
import { startDemo } from './support/product.js';
import { otherwise, states, walk } from './support/states.js';

const FOLDER = fileURLToPath(new URL('../../docs/screens/', import.meta.url));
const WIDTHS = [320, 768, 1280];
/** What is shown of a page at most: a narrow one goes on for longer, to the buttons at its end. */
const most = (width) => Math.max(2_000, Math.floor(1_280_000 / width));
const MAIN = [
  'about',
  'accessibility',
  'privacy',
  'logged-out',
  'signed-out',
  'login-problem',
  'not-found-as-nobody',
  'none',
  'parties',
  'other-party',
  'overview',
  'overview-dark',
  'overview-agent',
  'requests',
  'create-choose',
  'create',
  'create-cannot',
  'history',
  'approve',
  'approve-dark',
  'approve-package',
  'approve-agent',
  'approve-last-day',
  'cannot-give-all',
  'not-entitled',
  'escalated',
  'accepted',
  'receipt-accepted',
  'receipt-print',
  'receipt-agent',
  'receipt-rejected',
  'reject',
  'system-user',
  'system-user-agent',
  'system-user-paused',
  'system-user-ends-soon',
  'revoke',
  'notices',
  'mailed-asked',
  'change',
  'change-reject',
  'change-accepted',
  'clients-choose',
  'clients-not-allowed',
  'clients',
  'clients-bulk',
  'clients-check',
  'clients-job',
  'clients-jobs',
  'clients-rules',
  'api',
];
const MOST_BYTES = 12 * 1024 * 1024;

const wanted = process.argv.slice(2);
const names = wanted.length > 0 ? wanted : MAIN;
const browser = await openBrowser();
const demo = await startDemo();
try {
  const made = await prepare(demo);
  const all = [...states(made), ...otherwise(made)].filter((state) => names.includes(state.name));
  const unknown = names.filter((name) => !all.some((state) => state.name === name));
  if (unknown.length > 0) throw new Error(`no such page: ${unknown.join(', ')}`);
  await mkdir(FOLDER, { recursive: true });
  if (wanted.length === 0) {
    const old = (await readdir(FOLDER)).filter((file) => file.endsWith('.png'));
    await Promise.all(old.map((file) => rm(path.join(FOLDER, file))));
  }
  for (const language of ['nb', 'nn', 'en']) {
    await walk({
      demo,
      language,
      all,
      newContext: () => newVisitor(browser, { language }),
      async look(state, page) {
        for (const width of state.widths ?? WIDTHS) {
          await page.setViewportSize({ width, height: 800 });
          const whole = await page.evaluate(() => document.documentElement.scrollHeight);
          const clip = { x: 0, y: 0, width, height: Math.min(whole, most(width)) };
          const picture = small(
            await page.screenshot({ fullPage: true, clip, animations: 'disabled' }),
          );
          await writeFile(path.join(FOLDER, `${state.name}-${language}-${width}.png`), picture);
          if (state.name === 'approve' && language === 'nb' && width === 1280) {
            await writeFile(path.join(FOLDER, 'approve.png'), picture);
          }
        }
      },
    });
  }
  const files = (await readdir(FOLDER)).filter((file) => file.endsWith('.png'));
  const sizes = await Promise.all(files.map((file) => stat(path.join(FOLDER, file))));
  const bytes = sizes.reduce((sum, { size }) => sum + size, 0);
  console.log(`${files.length} pictures, ${Math.round(bytes / 1024)} KiB`);
  if (wanted.length === 0 && bytes > MOST_BYTES) throw new Error('more than 12 MB: choose fewer pages or widths');
} finally {
  await browser.close();
  await demo.stop();
}
