// Test tokens, as existing test suites ask the public platform's generator for them.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startDemo } from './support/product.js';

let demo;
before(async () => {
  demo = await startDemo();
});
after(() => demo?.stop());

const BASIC = `Basic ${Buffer.from('suite:secret').toString('base64')}`;
const ask = (kind, query) =>
  fetch(`${demo.sandbox}/api/${kind}?${new URLSearchParams(query)}`, { headers: { authorization: BASIC } });
const claims = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString());

test('an enterprise token is given with Basic credentials and further parameters, and is believed', async () => {
  const scopes = 'altinn:authentication/systemregister.write altinn:authentication/systemuser.request.read';
  const answer = await ask('GetEnterpriseToken', { scopes, orgNo: '991825827', env: 'at22', ttl: '60', org: 'x' });
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get('content-type'), /^text\/plain/);
  const token = await answer.text();
  assert.equal(claims(token).consumer.ID, '0192:991825827');
  assert.equal(claims(token).scope, scopes);
  const path = '/authentication/api/v1/systemregister/vendor/991825827_smartregnskap';
  const asked = await fetch(demo.url + path, { headers: { authorization: `Bearer ${token}` } });
  assert.equal(asked.status, 200);
});

test('a personal token says who it is', async () => {
  const answer = await ask('GetPersonalToken', { pid: '12837810092', scopes: 'altinn:portal/enduser', userId: '7' });
  assert.equal(answer.status, 200);
  const said = claims(await answer.text());
  assert.equal(said.pid, '12837810092');
  assert.equal(said.scope, 'altinn:portal/enduser');
  assert.ok('urn:altinn:userid' in said && 'urn:altinn:partyid' in said && 'urn:altinn:authlevel' in said);
});
