// Drives the system's Chromium, with scripts off unless asked for.
import { chromium } from 'playwright-core';

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const LOCALES = { nb: 'nb-NO', nn: 'nn-NO', en: 'en-GB' };

export function openBrowser() {
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  return chromium.launch({ executablePath, args: ARGS });
}

/** A visitor with cookies of their own, whose browser asks for the language. */
export async function newVisitor(browser, { language = 'nb', width = 1280, ...more } = {}) {
  const context = await browser.newContext({
    javaScriptEnabled: false,
    locale: LOCALES[language],
    viewport: { width, height: 900 },
    ...more,
  });
  context.setDefaultTimeout(10_000);
  return context;
}

/** Presses Tab until the element with that role and name has the focus, then Enter. */
export async function pressByKeyboard(page, role, name, most = 40) {
  const wanted = page.getByRole(role, { name });
  await wanted.waitFor();
  for (let i = 0; i < most; i += 1) {
    await page.keyboard.press('Tab');
    if (await wanted.evaluate((element) => element === document.activeElement)) {
      await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
      return i + 1;
    }
  }
  throw new Error(`${role} “${name}” was not reached with ${most} presses of Tab`);
}

/** The page's only h1, as it reads; no-break spaces as plain ones. */
export async function heading(page) {
  return plain(await page.getByRole('heading', { level: 1 }).innerText());
}

/** What `main` says. */
export async function said(page) {
  return plain(await page.getByRole('main').innerText());
}

/** Text with every kind of blank as one plain space, and without isolation marks. */
export function plain(text) {
  return text.replace(/[\u2066-\u2069]/g, '').replace(/\s+/g, ' ').trim();
}

export const button = (page, name) => page.getByRole('button', { name, exact: true });
export const link = (page, name) => page.getByRole('link', { name, exact: true });
export const pathOf = (page) => new URL(page.url()).pathname;

/** Presses what leads to another page; that page's answer. */
export async function follow(page, element) {
  const [answer] = await Promise.all([page.waitForNavigation(), element.click()]);
  return answer;
}
