// What the sandbox lets happen: days that pass, services that come and go, names that change.
import { setTimeout as pause } from 'node:timers/promises';

/** How often the portal looks at its catalogue, and a little more. */
const REFRESH_MS = 2500;

async function post(demo, path, body, status) {
  const answer = await fetch(demo.sandbox + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (answer.status !== status) throw new Error(`${answer.status} ${await answer.text()}`);
}

/** Lets days pass, for the portal too. */
export function passDays(demo, days) {
  return post(demo, '/api/clock', { days }, 200);
}

/** A service that the portal's people may give; the portal has it when this is done. */
export async function addService(demo, identifier, name) {
  const title = { nb: name, nn: name, en: name };
  const opens = [{ by: 'urn:altinn:accesspackage:krav-og-utlegg', actions: ['read'] }];
  const service = { identifier, title, owner: '974761076', resourceType: 'GenericAccessResource' };
  await post(demo, '/api/services', { ...service, delegable: true, opens }, 201);
  await pause(REFRESH_MS);
}

/** A service that there is no more. */
export async function retireService(demo, identifier) {
  await post(demo, '/api/services/retire', { identifier }, 200);
  await pause(REFRESH_MS);
}

export function nameOrganisation(demo, orgNo, name) {
  return post(demo, '/api/organisations', { orgNo, name, orgForm: 'AS' }, 201);
}

/** An organisation that has the other as its accountant from now on. */
export function registerClient(demo, orgNo, name, toOrgNo) {
  const gives = [{ role: 'REGN', toOrgNo }];
  return post(demo, '/api/organisations', { orgNo, name, orgForm: 'AS', gives }, 201);
}
