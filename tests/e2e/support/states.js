// Every state of a page that can be reached in the demo: who sees it, and how to get there.
import {
  ACCOUNTANTS,
  CUSTOMER,
  KARI,
  NILS,
  OLA,
  OVERVIEW,
  PIA,
  SIV,
  TOR,
  logIn,
  makePerson,
} from './people.js';
import { addService, nameOrganisation, retireService } from './sandbox.js';
import {
  VENDOR,
  beginJob,
  decide,
  deleteSystem,
  makeAgent,
  newAgentRequest,
  newRequest,
  registerSystem,
} from './vendor.js';

const UI = '/accessmanagement/ui/systemuser';
const PIA_NUMBER = '12837810092';
const OLA_NUMBER = '04879112090';
const TOR_NUMBER = '23916914075';
const KARI_NUMBER = '30818516084';
const LEADER = 'Astrid Åsheim';

/** What the demo's register and vendors must hold for the pages to be there. */
export async function prepare(demo) {
  const roles = [CUSTOMER, ACCOUNTANTS].map((orgNo) => ({ orgNo, role: 'DAGL' }));
  await makePerson(demo, LEADER, roles);
  const back = { redirectUrl: `${demo.sandbox}/smartcloud/receipt?customer=42` };
  const ask = (integrationTitle, more = {}) => newRequest(demo, { integrationTitle, ...more });
  const payroll = { systemId: await registerSystem(demo, 'smartlonn', 'SmartLønn') };
  const cloud = {
    systemId: '991825827_smartcloud',
    accessPackages: [{ urn: 'urn:altinn:accesspackage:skattegrunnlag' }],
  };

  const open = await ask('SmartRegnskap for Rør og Vann', back);
  const packages = await ask('SmartCloud med skattegrunnlag', cloud);
  const escalated = await ask('Regnskap for avdeling nord');
  await decide(demo, escalated, OLA_NUMBER, 'escalate');
  const accepted = await ask('Lønn for Rør og Vann', { ...payroll, ...back });
  await decide(demo, accepted, PIA_NUMBER, 'approve');
  const acceptedPackages = await ask('Alt i ett', cloud);
  await decide(demo, acceptedPackages, PIA_NUMBER, 'approve');
  const existing = await ask('Lønn for avdeling nord', payroll);
  const rejected = await ask('Lønn for avdeling sør', payroll);
  await decide(demo, rejected, PIA_NUMBER, 'reject');

  const payslips = 'urn:altinn:accesspackage:regnskapsforer-lonn';
  const forClients = { rights: [], isVisible: false, accessPackages: [{ urn: payslips }] };
  const agents = await registerSystem(demo, 'smartbyraa', 'SmartByrå', forClients);
  const agent = await newAgentRequest(demo, agents, payslips, { validTo: '2099-12-31', ...back });
  const acceptedAgent = await newAgentRequest(demo, agents, payslips, {});
  await decide(demo, acceptedAgent, PIA_NUMBER, 'approve');
  const signing = 'urn:altinn:accesspackage:regnskapsforer-med-signeringsrettighet';
  const office = await registerSystem(demo, 'smartkontor', 'SmartKontor', {
    ...forClients,
    accessPackages: [{ urn: signing }],
  });
  const firm = await makeAgent(demo, office, signing, ACCOUNTANTS, TOR_NUMBER);
  const some = { do: 'add', all: true, q: 'rør' };
  firm.job = await beginJob(demo, firm, KARI_NUMBER, some);

  const old = { systemId: await registerSystem(demo, 'kasse', 'Kasse 2000') };
  const gone = await ask('Kasse i butikken', old);
  const orphan = await ask('Kasse på lageret', old);
  await decide(demo, orphan, PIA_NUMBER, 'approve');
  await deleteSystem(demo, old.systemId);

  const changing = await ask('Regnskap for avdeling vest', back);
  const service = 'sandbox-utgatt-skjema';
  await addService(demo, service, 'Utgått skjema');
  const rights = [{ resource: [{ id: 'urn:altinn:resource', value: service }] }];
  const form = { systemId: await registerSystem(demo, 'skjema', 'SmartSkjema', { rights }), rights };
  const unknown = await ask('Skjema som er borte', form);
  await retireService(demo, service);
  const own = { open, packages, escalated, accepted, acceptedPackages, existing, rejected };
  return { ...own, agent, acceptedAgent, firm, gone, orphan, changing, unknown };
}

/** Forgets who is logged in, but not the language. */
async function forget({ context, demo }) {
  const kept = (await context.cookies(demo.url)).filter((one) => one.name === 'language');
  await context.clearCookies();
  await context.addCookies(kept);
}

/** Gives the vendor another name: what the page shows is no longer what is. */
function rename({ demo, language }) {
  return nameOrganisation(demo, VENDOR, `SmartCloud ${language.toUpperCase()} AS`);
}

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
    { name: 'system-user-as-ola', who: OLA, path: user(made.accepted), status: 403 },
    { name: 'revoke', who: PIA, path: `${user(made.accepted)}/revoke` },
    { name: 'clients', who: KARI, path: clients(made.firm) },
    { name: 'clients-added', who: KARI, path: `${clients(made.firm)}?state=added` },
    { name: 'clients-blocked', who: KARI, path: `${clients(made.firm)}?state=blocked` },
    { name: 'clients-search', who: KARI, path: `${clients(made.firm)}?q=finnes-ikke` },
    { name: 'clients-bulk', who: KARI, path: `${clients(made.firm)}/bulk?q=r%C3%B8r` },
    { name: 'clients-check', who: KARI, path: `${clients(made.firm)}/bulk?scope=all&do=add` },
    { name: 'clients-job', who: KARI, path: `${clients(made.firm)}/jobs/${made.firm.job}` },
    { name: 'clients-not-allowed', who: OLA, path: clients(made.acceptedAgent), status: 403, error: false },
    { name: 'clients-none', who: PIA, path: clients(made.acceptedAgent) },
    { name: 'not-found', who: PIA, path: `${UI}/${nothing}`, status: 404 },
    { name: 'incomplete-link', who: PIA, path: `${UI}/request`, status: 400 },
    { name: 'wrong-method', who: PIA, path: `${UI}/request/${made.open.id}/approve`, status: 405 },
    { name: 'switch', who: LEADER, acting: 'Tallmakerne AS', path: made.open.path },
    { name: 'unknown-item', who: PIA, path: made.unknown.path, error: true },
    { name: 'changed', who: PIA, path: made.changing.path, meanwhile: rename, status: 409 },
    { name: 'signed-out', who: PIA, path: made.open.path, meanwhile: forget, status: 401 },
  ];
}

/** What there is to see when half a year has passed. */
export function lateStates(made) {
  return [
    { name: 'timed-out', who: PIA, path: made.open.path },
    { name: 'timed-out-as-ola', who: OLA, path: made.escalated.path },
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
    let answer = await page.goto(demo.url + state.path);
    if (state.meanwhile) {
      await state.meanwhile({ context, demo, language });
      const button = page.locator('form[action$="/approve"] button');
      [answer] = await Promise.all([page.waitForNavigation(), button.click()]);
    }
    await look(state, page, answer.status());
  }
  for (const { context } of visitors.values()) await context.close();
}
