// The vendor's side over HTTP: tokens, systems, requests.
import { randomUUID } from 'node:crypto';
import { CUSTOMER } from './people.js';

export const VENDOR = '991825827';
export const SYSTEM = `${VENDOR}_smartregnskap`;
const REGISTER = '/authentication/api/v1/systemregister/vendor';
const REQUESTS = '/authentication/api/v1/systemuser/request/vendor';
const CHANGES = '/authentication/api/v1/systemuser/changerequest/vendor';
const WRITE = 'altinn:authentication/systemuser.request.write';
const READ = 'altinn:authentication/systemuser.request.read';
const REGISTER_WRITE = 'altinn:authentication/systemregister.write';

export const CLAIMS_RIGHT = [
  { resource: [{ id: 'urn:altinn:resource', value: 'ske-krav-og-betalinger' }] },
];

async function token(demo, scopes) {
  const query = new URLSearchParams({ scopes, orgNo: VENDOR });
  const answer = await fetch(`${demo.sandbox}/api/GetEnterpriseToken?${query}`);
  const text = await answer.text();
  if (!answer.ok) throw new Error(`no token: ${answer.status} ${text}`);
  return text;
}

/** One call with the vendor's token: status, and the body as JSON where there is one. */
async function call(demo, method, path, body) {
  const headers = {
    authorization: `Bearer ${await token(demo, `${WRITE} ${READ} ${REGISTER_WRITE}`)}`,
  };
  if (body !== undefined) headers['content-type'] = 'application/json';
  const answer = await fetch(demo.url + path, { method, headers, body: JSON.stringify(body) });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? null : JSON.parse(text) };
}

function expect(answer, status) {
  if (answer.status !== status) {
    throw new Error(`${answer.status}, not ${status}: ${JSON.stringify(answer.body)}`);
  }
  return answer.body;
}

let count = 0;
/** What the vendor asks for when a test does not say. */
function wish(more) {
  count += 1;
  return {
    systemId: SYSTEM,
    partyOrgNo: CUSTOMER,
    externalRef: `ref-${count}`,
    integrationTitle: `Regnskap ${count}`,
    rights: CLAIMS_RIGHT,
    ...more,
  };
}

/** Asks for a system user; whatever the answer is. */
export function ask(demo, more) {
  return call(demo, 'POST', REQUESTS, wish(more));
}

/** A new request; `path` is the address that the vendor gets, `place` that of the page itself. */
export async function newRequest(demo, more) {
  const made = expect(await ask(demo, more), 201);
  const confirm = new URL(made.confirmUrl);
  if (confirm.origin !== demo.url) throw new Error(`confirmUrl leads elsewhere: ${confirm}`);
  const path = confirm.pathname + confirm.search;
  return { ...made, path, place: `${confirm.pathname}?id=${made.id}` };
}

/** The same for an agent system user, of a system that has this package. */
export async function newAgentRequest(demo, systemId, urn, more) {
  const { rights, ...wished } = wish({ systemId, accessPackages: [{ urn }], ...more });
  const made = expect(await call(demo, 'POST', `${REQUESTS}/agent`, wished), 201);
  const { pathname, search } = new URL(made.confirmUrl);
  return { ...made, path: pathname + search, place: `${pathname}?id=${made.id}` };
}

/** A new change request to a system user, for one package more; `path` is its page. */
export async function newChange(demo, user, urn = 'urn:altinn:accesspackage:skattegrunnlag') {
  const id = crypto.randomUUID();
  const path = '/authentication/api/v1/systemuser/changerequest/vendor';
  const query = `?correlation-id=${id}&system-user-id=${user}`;
  const body = { requiredAccessPackages: [{ urn }] };
  const made = expect(await call(demo, 'POST', path + query, body), 201);
  const { pathname, search } = new URL(made.confirmUrl);
  return { ...made, path: pathname + search };
}

/** Asks for a change of the system user that came of a request. */
export async function askForChange(demo, { id }, body) {
  const ids = new URLSearchParams({ 'correlation-id': randomUUID(), 'system-user-id': id });
  const made = expect(await call(demo, 'POST', `${CHANGES}?${ids}`, body), 201);
  const { pathname, search } = new URL(made.confirmUrl);
  return { ...made, path: pathname + search, place: `${pathname}?id=${made.id}` };
}

/** What the vendor gets when it asks for a request: the HTTP status and the body. */
export function readRequest(demo, id) {
  return call(demo, 'GET', `${REQUESTS}/${id}`);
}

/** The status of a request that is there: `New`, `Accepted`, `Rejected`. */
export async function requestStatus(demo, id) {
  return expect(await readRequest(demo, id), 200).status;
}

/** Takes back a request, or a change request, that waits. */
export async function withdraw(demo, { id }, { change = false } = {}) {
  expect(await call(demo, 'DELETE', `${change ? CHANGES : REQUESTS}/${id}`), 202);
}

/** The status of a change request that is there. */
export async function changeStatus(demo, { id }) {
  return expect(await call(demo, 'GET', `${CHANGES}/${id}`), 200).status;
}

/** The status of a request for an agent system user. */
export async function agentStatus(demo, { id }) {
  return expect(await call(demo, 'GET', `${REQUESTS}/agent/${id}`), 200).status;
}

/** Registers a system of the vendor's that a test may do with as it likes. */
export async function registerSystem(demo, short, name, more = {}) {
  const id = `${VENDOR}_${short}`;
  const said = (text) => ({ nb: text, nn: text, en: text });
  const system = {
    id,
    vendor: { ID: `0192:${VENDOR}` },
    name: said(name),
    description: {
      nb: 'Laget for små bedrifter.',
      nn: 'Laga for små bedrifter.',
      en: 'Made for small businesses.',
    },
    rights: CLAIMS_RIGHT,
    accessPackages: [],
    clientId: [],
    isVisible: true,
    allowedRedirectUrls: [`${demo.sandbox}/smartcloud/receipt`],
    ...more,
  };
  expect(await call(demo, 'POST', REGISTER, system), 200);
  return id;
}

export async function deleteSystem(demo, id) {
  expect(await call(demo, 'DELETE', `${REGISTER}/${id}`), 200);
}

/** Lets a person decide through the pages, without hands. */
export async function decide(demo, request, pid, decision) {
  const answer = await fetch(`${demo.sandbox}/api/decide`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ confirmUrl: demo.url + request.path, pid, decision }),
  });
  const body = await answer.json();
  if (!answer.ok) throw new Error(`${answer.status} ${JSON.stringify(body)}`);
  return body;
}

/** An agent system user of an organisation's, asked for and approved by this person. */
export async function makeAgent(demo, systemId, urn, partyOrgNo, pid) {
  const request = await newAgentRequest(demo, systemId, urn, { partyOrgNo });
  await decide(demo, request, pid, 'approve');
  return request;
}

/** Adds or removes clients in bulk, as a person's program does; the job's id. */
export async function beginJob(demo, agent, pid, wish) {
  const scopes = 'altinn:clientdelegations.write';
  const query = new URLSearchParams({ scopes, pid });
  const token = await (await fetch(`${demo.sandbox}/api/GetPersonalToken?${query}`)).text();
  const path = `/authentication/api/v1/enduser/systemuser/clients/bulk?agent=${agent.id}`;
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const answer = await fetch(demo.url + path, { method: 'POST', headers, body: JSON.stringify(wish) });
  if (answer.status !== 202) throw new Error(`${answer.status} ${await answer.text()}`);
  return (await answer.json()).id;
}
