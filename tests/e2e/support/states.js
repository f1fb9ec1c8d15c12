// Every state of a page that can be reached in the demo: who sees it, and how to get there.
import { setTimeout as pause } from 'node:timers/promises';
import { ACCOUNTANTS, KARI, NILS, OLA, OVERVIEW, PIA, SIV, TOR, logIn } from './people.js';
import { LEADER } from './prepare.js';
import { nameOrganisation, registerClient } from './sandbox.js';
import { VENDOR } from './vendor.js';

const UI = '/accessmanagement/ui/systemuser';

/** Lets new clients of the accountants wait, where the rule for them is off. */
async function findClients({ page, demo }) {
  const rule = page.getByRole('checkbox').first();
  if (!(await rule.isChecked())) {
    await rule.check();
    const save = page.locator('form[action$="/clients/rules"] button');
    await Promise.all([page.waitForNavigation(), save.click()]);
    await registerClient(demo, '310200107', 'Nye Ærfugl AS', ACCOUNTANTS);
    await registerClient(demo, '310200115', `Langtnavnutenmellomrom${'ogmer'.repeat(8)} AS`, ACCOUNTANTS);
  }
  return page.locator('form[action$="/clients/rules"] button');
}

/** Types into a field of the page's form and sends it. */
function type(label, text, button) {
  return async ({ page }) => {
    const field = page.locator(`#${label}`);
    if (!(await field.isVisible())) await page.locator('details', { has: field }).locator('summary').click();
    await field.fill(text);
    return page.locator(button);
  };
}

/** Forgets who is logged in, but not the language. */
async function forget({ context, demo }) {
  const kept = (await context.cookies(demo.url)).filter((one) => one.name === 'language');
  await context.clearCookies();
  await context.addCookies(kept);
}

/** Takes away the title that the form came with. */
async function typeNothing({ page }) {
  const field = page.locator('#title');
  // A browser asks for it itself; the page must say so to those whose browser does not.
  await page.locator('article form').evaluate((form) => form.setAttribute('novalidate', ''));
  await field.fill('');
}

let renamed = 0;
/** Gives the vendor another name: what the page shows is no longer what is. */
function rename({ demo }) {
  renamed += 1;
  return nameOrganisation(demo, VENDOR, `SmartCloud ${renamed} AS`);
}

/** Pauses what the page shows, or lets a paused one be paused again. */
async function stop({ page }) {
  const resume = page.locator('form[action$="/resume"] button');
  if ((await resume.count()) > 0) {
    await Promise.all([page.waitForNavigation(), resume.click()]);
  }
  return page.locator('form[action$="/pause"] button');
}

/** Adds an address of the language's own; where it is there already, one more of its kind. */
async function addAddress({ page, language }) {
  await page.locator('#email').fill(`${language}@rorogvann.example`);
  return page.locator('form[action$="/add"] button');
}

/** Where the mail to the language's own address leads. */
async function mailed({ demo, language }) {
  for (let i = 0; i < 50; i += 1) {
    const all = await (await fetch(`${demo.sandbox}/api/mailbox`)).json();
    const mail = all.find(({ to }) => to === `${language}@rorogvann.example`);
    const found = mail?.text.match(/\/varsel\/\S+/);
    if (found) return found[0];
    await pause(200);
  }
  throw new Error('no mail has come');
}
const press = (verb) => async ({ page }) => page.locator(`form[action$="/${verb}"] button`);

/**
 * The states: `who` is logged in (nobody without), `path` is opened, `status` is answered. With
 * `meanwhile` that happens while the page is shown, and then the button is pressed; with `error` the
 * page is one of an error whatever its status.
 */
export function states(made) {
  const receipt = (request) => `${UI}/receipt/${request.id}`;
  const user = (request) => `${UI}/${request.id}`;
  const clients = (request) => `${user(request)}/clients`;
  const nothing = '00000000-0000-4000-8000-000000000000';
  return [
    { name: 'login-problem', path: '/login/callback?error=access_denied&state=x', status: 400 },
    { name: 'logged-out', path: '/logged-out' },
    { name: 'about', path: '/om' },
    { name: 'accessibility', path: '/tilgjengelighet' },
    { name: 'privacy', path: '/personvern' },
    { name: 'api', path: '/docs/api', only: 'en' },
    { name: 'not-found-as-nobody', path: '/nowhere', status: 404 },
    { name: 'none', who: NILS, path: '/parties' },
    { name: 'parties', who: LEADER, path: '/parties' },
    { name: 'other-party', who: TOR, path: made.open.path, status: 404 },
    { name: 'overview-agent', who: TOR, path: OVERVIEW },
    { name: 'overview', who: PIA, path: OVERVIEW },
    { name: 'overview-search', who: PIA, path: `${OVERVIEW}?q=finnes-ikke` },
    { name: 'overview-as-ola', who: OLA, path: OVERVIEW },
    { name: 'overview-unused', who: PIA, path: `${OVERVIEW}?show=unused` },
    { name: 'requests', who: PIA, path: `${UI}/requests` },
    { name: 'requests-search', who: PIA, path: `${UI}/requests?q=finnes-ikke` },
    { name: 'requests-empty', who: TOR, path: `${UI}/requests` },
    { name: 'requests-as-ola', who: OLA, path: `${UI}/requests` },
    { name: 'create-choose', who: PIA, path: `${UI}/create` },
    { name: 'create-choose-none', who: PIA, path: `${UI}/create?q=finnes-ikke` },
    { name: 'create', who: PIA, path: `${UI}/create/991825827_smartcloud` },
    { name: 'create-again', who: PIA, path: `${UI}/create/${made.payroll}` },
    { name: 'create-cannot', who: SIV, path: `${UI}/create/${made.payroll}` },
    { name: 'create-unknown', who: PIA, path: `${UI}/create/${made.unknownSystem}`, error: true },
    { name: 'create-nothing', who: PIA, path: `${UI}/create/${made.bare}` },
    { name: 'create-as-ola', who: OLA, path: `${UI}/create`, status: 403 },
    { name: 'create-fault', who: PIA, path: `${UI}/create/${made.payroll}`, meanwhile: typeNothing, status: 422 },
    { name: 'history', who: PIA, path: `${UI}/history` },
    { name: 'history-of-one', who: PIA, path: `${UI}/history?user=${made.accepted.id}&kind=request` },
    { name: 'history-none', who: PIA, path: `${UI}/history?kind=client` },
    { name: 'history-fault', who: PIA, path: `${UI}/history?from=x`, status: 422 },
    { name: 'history-empty', who: TOR, path: `${UI}/history` },
    { name: 'history-as-ola', who: OLA, path: `${UI}/history` },
    { name: 'approve', who: PIA, path: made.open.path },
    { name: 'approve-package', who: PIA, path: made.packages.path },
    { name: 'approve-existing', who: PIA, path: made.existing.path },
    { name: 'approve-escalated', who: PIA, path: made.escalated.path },
    { name: 'approve-agent', who: PIA, path: made.agent.path },
    { name: 'cannot-give-all', who: SIV, path: made.open.path },
    { name: 'cannot-give-all-escalated', who: SIV, path: made.escalated.path },
    { name: 'not-entitled', who: OLA, path: made.open.path },
    { name: 'escalated', who: OLA, path: made.escalated.path },
    { name: 'accepted', who: PIA, path: made.accepted.path },
    { name: 'rejected', who: PIA, path: made.rejected.path },
    { name: 'system-deleted', who: PIA, path: made.gone.path },
    { name: 'receipt-accepted', who: PIA, path: receipt(made.accepted) },
    { name: 'receipt-package', who: PIA, path: receipt(made.acceptedPackages) },
    { name: 'receipt-agent', who: PIA, path: receipt(made.acceptedAgent) },
    { name: 'receipt-rejected', who: PIA, path: receipt(made.rejected) },
    { name: 'reject', who: PIA, path: `${UI}/request/${made.open.id}/reject` },
    { name: 'not-allowed', who: OLA, path: `${UI}/request/${made.open.id}/reject`, status: 403 },
    { name: 'system-user', who: PIA, path: user(made.accepted) },
    { name: 'system-user-package', who: PIA, path: user(made.acceptedPackages) },
    { name: 'system-user-agent', who: PIA, path: user(made.acceptedAgent) },
    { name: 'system-user-deleted', who: PIA, path: user(made.orphan) },
    { name: 'system-user-paused', who: PIA, path: user(made.paused), meanwhile: stop },
    { name: 'system-user-ends-soon', who: PIA, path: user(made.ending) },
    {
      name: 'system-user-bad-name',
      who: PIA,
      path: user(made.accepted),
      meanwhile: type('title', ' ', 'form[action$="/rename"] button'),
      status: 422,
    },
    {
      name: 'system-user-bad-day',
      who: PIA,
      path: user(made.accepted),
      meanwhile: type('day', '2020-01-01', 'form[action$="/validity"] button[value="set"]'),
      status: 422,
    },
    { name: 'approve-last-day', who: PIA, path: made.limited.path },
    {
      name: 'approve-bad-day',
      who: PIA,
      path: made.limited.path,
      meanwhile: type('day', '2020-01-01', 'form[action$="/approve"] button'),
      status: 422,
    },
    { name: 'notices-none', who: TOR, path: `${UI}/notices` },
    {
      name: 'notices',
      who: PIA,
      path: `${UI}/notices`,
      meanwhile: addAddress,
    },
    {
      name: 'notices-bad-address',
      who: PIA,
      path: `${UI}/notices`,
      meanwhile: type('email', 'pia', 'form[action$="/add"] button'),
      status: 422,
    },
    { name: 'mailed-asked', path: mailed },
    { name: 'mailed-on', path: mailed, meanwhile: press('confirm') },
    { name: 'mailed-off', path: mailed, meanwhile: press('stop') },
    { name: 'notices-as-ola', who: OLA, path: `${UI}/notices`, status: 403 },
    { name: 'system-user-as-ola', who: OLA, path: user(made.accepted), status: 403 },
    { name: 'revoke', who: PIA, path: `${user(made.accepted)}/revoke` },
    { name: 'change', who: PIA, path: made.change.path },
    { name: 'change-escalated', who: PIA, path: made.changeEscalated.path },
    { name: 'change-cannot-give-all', who: SIV, path: made.change.path },
    { name: 'change-not-entitled', who: OLA, path: made.change.path },
    { name: 'change-sent-on', who: OLA, path: made.changeEscalated.path },
    { name: 'change-accepted', who: PIA, path: made.changeAccepted.path },
    { name: 'change-rejected', who: PIA, path: made.changeRejected.path },
    { name: 'change-reject', who: PIA, path: `${UI}/changerequest/${made.change.id}/reject` },
    { name: 'change-switch', who: LEADER, acting: 'Tallmakerne AS', path: made.change.path },
    { name: 'clients-choose', who: KARI, path: `${UI}/clients` },
    { name: 'clients', who: KARI, path: clients(made.firm) },
    { name: 'clients-added', who: KARI, path: `${clients(made.firm)}?state=added` },
    { name: 'clients-blocked', who: KARI, path: `${clients(made.firm)}?state=blocked` },
    { name: 'clients-search', who: KARI, path: `${clients(made.firm)}?q=finnes-ikke` },
    { name: 'clients-bulk', who: KARI, path: `${clients(made.firm)}/bulk?q=r%C3%B8r` },
    { name: 'clients-check', who: KARI, path: `${clients(made.firm)}/bulk?scope=all&do=add` },
    { name: 'clients-job', who: KARI, path: `${clients(made.firm)}/jobs/${made.firm.job}` },
    { name: 'clients-jobs', who: KARI, path: `${clients(made.firm)}/jobs` },
    { name: 'clients-rules-off', who: KARI, path: `${clients(made.other)}/rules` },
    { name: 'clients-rules', who: KARI, path: `${clients(made.firm)}/rules`, meanwhile: findClients },
    { name: 'overview-new-clients', who: KARI, path: OVERVIEW },
    { name: 'clients-not-allowed', who: OLA, path: clients(made.acceptedAgent), status: 403, error: false },
    { name: 'clients-none', who: PIA, path: clients(made.acceptedAgent) },
    { name: 'not-found', who: PIA, path: `${UI}/${nothing}`, status: 404 },
    { name: 'incomplete-link', who: PIA, path: `${UI}/request`, status: 400 },
    { name: 'wrong-method', who: PIA, path: `${UI}/request/${made.open.id}/approve`, status: 405 },
    { name: 'switch', who: LEADER, acting: 'Tallmakerne AS', path: made.open.path },
    { name: 'unknown-item', who: PIA, path: made.unknown.path, error: true },
    { name: 'changed', who: PIA, path: made.changing.path, meanwhile: rename, status: 409 },
    {
      name: 'change-changed',
      who: PIA,
      path: made.changeChanging.path,
      meanwhile: rename,
      status: 409,
    },
    { name: 'signed-out', who: PIA, path: made.open.path, meanwhile: forget, status: 401 },
  ];
}

/** The same pages when the screen is dark, and on paper: for pictures, of these widths. */
export function otherwise(made) {
  const dark = { media: { colorScheme: 'dark' }, widths: [320, 1280], only: 'nb' };
  return [
    { name: 'overview-dark', who: PIA, path: OVERVIEW, ...dark },
    { name: 'approve-dark', who: PIA, path: made.open.path, ...dark },
    {
      name: 'receipt-print',
      who: PIA,
      path: `${UI}/receipt/${made.accepted.id}`,
      media: { media: 'print' },
      widths: [768],
    },
  ];
}

/** What there is to see when half a year has passed. */
export function lateStates(made) {
  return [
    { name: 'timed-out', who: PIA, path: made.open.path },
    { name: 'system-user-expired', who: PIA, path: `${UI}/${made.ending.id}` },
    { name: 'timed-out-as-ola', who: OLA, path: made.escalated.path },
    { name: 'change-timed-out', who: PIA, path: made.change.path },
  ];
}

/** Logs a person in, acting for the party where one must be chosen. */
async function enter(context, demo, state) {
  const page = await logIn(context, demo, state.who);
  if (state.acting !== undefined) {
    const choice = page.getByRole('button', { name: new RegExp(`^${state.acting}`) });
    await Promise.all([page.waitForNavigation(), choice.click()]);
  }
  return page;
}

/**
 * Goes through the states in one language, person by person, each with one login; calls `look` with
 * the page and the status that it was answered with.
 */
export async function walk({ demo, language, all, newContext, look }) {
  const visitors = new Map();
  for (const state of all.filter(({ only }) => only === undefined || only === language)) {
    const key = `${state.who ?? ''} ${state.acting ?? ''} ${state.meanwhile?.name ?? ''}`;
    if (!visitors.has(key)) {
      const context = await newContext();
      const cookie = { name: 'language', value: language, url: demo.url };
      await context.addCookies([cookie]);
      const page = state.who ? await enter(context, demo, state) : await context.newPage();
      visitors.set(key, { context, page });
    }
    const { context, page } = visitors.get(key);
    const way = state.path;
    const path = typeof way === 'function' ? await way({ demo, language }) : way;
    await page.emulateMedia({ media: 'screen', colorScheme: 'light', ...state.media });
    let answer = await page.goto(demo.url + path);
    if (state.meanwhile) {
      const pressed = await state.meanwhile({ context, page, demo, language });
      const button =
        pressed ??
        page.locator('form[action$="/approve"] button, article form[action*="/create/"] button');
      [answer] = await Promise.all([page.waitForNavigation(), button.click()]);
    }
    await look(state, page, answer.status());
  }
  for (const { context } of visitors.values()) await context.close();
}
