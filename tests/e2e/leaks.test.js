// Every browser test ends with a look for leaks in what the product has logged and kept: here, that the
// look finds them.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { leaks, leaksOfFiles } from './support/leaks.js';

const NUMBER = '12837810092';
const TOKEN = 'eyJhbGciOiJSUzI1NiIsImtpZCI6ImsxIn0.eyJpc3MiOiJodHRwczovL3Rva2VucyJ9.c2ln';

test('a number and a token are found, and what only looks like one is not', () => {
  assert.deepEqual(leaks(`pid=${NUMBER};`), [NUMBER]);
  assert.equal(leaks(`Bearer ${TOKEN}`).length, 1);
  for (const other of ['310904473', `1${NUMBER}`, '12837810093', '99999999999', 'eyJ.eyJ']) {
    assert.deepEqual(leaks(other), [], other);
  }
});

test('they are found in the files of the product, and not in those of the sandbox', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'systembruker-leaks-'));
  try {
    await writeFile(path.join(folder, 'sandbox.json'), NUMBER);
    assert.deepEqual(await leaksOfFiles(folder), []);
    await writeFile(path.join(folder, 'systembruker.db-wal'), Buffer.from(`\u0000${NUMBER}\u0001`, 'latin1'));
    assert.deepEqual(await leaksOfFiles(folder), [NUMBER]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
