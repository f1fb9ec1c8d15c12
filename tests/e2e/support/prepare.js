// What the demo's register and vendors must hold for every state of a page to be there.
import { ACCOUNTANTS, CUSTOMER, makePerson } from './people.js';
import { addService, retireService } from './sandbox.js';
import {
  CLAIMS_RIGHT,
  askForChange,
  beginJob,
  decide,
  deleteSystem,
  makeAgent,
  newAgentRequest,
  newChange,
  newRequest,
  registerSystem,
} from './vendor.js';

/** Leads two organisations. */
export const LEADER = 'Astrid Åsheim';
const PIA_NUMBER = '12837810092';
const OLA_NUMBER = '04879112090';
const TOR_NUMBER = '23916914075';
const KARI_NUMBER = '30818516084';

/** Change requests in all that can become of them. */
async function prepareChanges(demo, ask, back) {
  const user = async (title) => {
    const request = await ask(title, { systemId: '991825827_smartcloud' });
    await decide(demo, request, PIA_NUMBER, 'approve');
    return request;
  };
  const wish = {
    requiredAccessPackages: [{ urn: 'urn:altinn:accesspackage:skattegrunnlag' }],
    unwantedRights: CLAIMS_RIGHT,
  };
  const standing = await user('Skatt for avdeling øst');
  const change = await askForChange(demo, standing, { ...wish, validTo: '2099-12-31', ...back });
  const changeEscalated = await askForChange(demo, standing, wish);
  await decide(demo, changeEscalated, OLA_NUMBER, 'escalate');
  const changeAccepted = await askForChange(demo, await user('Skatt for lageret'), wish);
  await decide(demo, changeAccepted, PIA_NUMBER, 'approve');
  const changeRejected = await askForChange(demo, standing, wish);
  await decide(demo, changeRejected, PIA_NUMBER, 'reject');
  const changing = await askForChange(demo, standing, { unwantedRights: CLAIMS_RIGHT });
  return { change, changeEscalated, changeAccepted, changeRejected, changeChanging: changing };
}

/** Asks for, answers and makes all of it; what came of it, by name. */
export async function prepare(demo) {
  const roles = [CUSTOMER, ACCOUNTANTS].map((orgNo) => ({ orgNo, role: 'DAGL' }));
  await makePerson(demo, LEADER, roles);
  const back = { redirectUrl: `${demo.sandbox}/smartcloud/receipt?customer=42` };
  const ask = (integrationTitle, more = {}) => newRequest(demo, { integrationTitle, ...more });
  const accessPackages = [{ urn: 'urn:altinn:accesspackage:skattegrunnlag' }];
  const paying = await registerSystem(demo, 'smartlonn', 'SmartLønn', { accessPackages });
  const payroll = { systemId: paying };
  const cloud = {
    systemId: '991825827_smartcloud',
    accessPackages,
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
  const other = await makeAgent(demo, office, signing, ACCOUNTANTS, TOR_NUMBER);
  const some = { do: 'add', all: true, q: 'rør' };
  firm.job = await beginJob(demo, firm, KARI_NUMBER, some);

  const old = { systemId: await registerSystem(demo, 'kasse', 'Kasse 2000') };
  const gone = await ask('Kasse i butikken', old);
  const orphan = await ask('Kasse på lageret', old);
  await decide(demo, orphan, PIA_NUMBER, 'approve');
  await deleteSystem(demo, old.systemId);

  const pending = await newChange(demo, accepted.id);
  const bare = await registerSystem(demo, 'tom', 'SmartTom', { rights: [] });
  const paused = await ask('Satt på pause');
  await decide(demo, paused, PIA_NUMBER, 'approve');
  const ending = await ask('Regnskap ut året', { validTo: dayIn(20) });
  await decide(demo, ending, PIA_NUMBER, 'approve');
  const limited = await ask('Regnskap for prosjektet', { ...back, validTo: dayIn(300) });
  const changing = await ask('Regnskap for avdeling vest', back);
  const service = 'sandbox-utgatt-skjema';
  await addService(demo, service, 'Utgått skjema');
  const rights = [{ resource: [{ id: 'urn:altinn:resource', value: service }] }];
  const form = { systemId: await registerSystem(demo, 'skjema', 'SmartSkjema', { rights }), rights };
  const unknown = await ask('Skjema som er borte', form);
  await retireService(demo, service);
  const own = { open, packages, escalated, accepted, acceptedPackages, existing, rejected };
  const offered = { payroll: payroll.systemId, unknownSystem: form.systemId, bare };
  const changes = await prepareChanges(demo, ask, back);
  const life = { paused, ending, limited };
  const more = { ...offered, ...changes, ...life, pending, firm, other };
  return { ...own, ...more, agent, acceptedAgent, gone, orphan, changing, unknown };
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** The day so many days from today. */
function dayIn(days) {
  return new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);
}
