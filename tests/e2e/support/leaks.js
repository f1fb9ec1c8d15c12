// What must never stand in a log or in the database in clear: national numbers and signed tokens.
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';

const WEIGHTS = [
  [3, 7, 6, 1, 8, 9, 4, 5, 2, 1],
  [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1],
];

/** Whether eleven digits are a synthetic national number: a month plus 80, and check digits that hold. */
function isNumber(digits) {
  const holds = (weights) => weights.reduce((sum, weight, at) => sum + weight * digits[at], 0) % 11 === 0;
  return /^\d\d[89]/.test(digits) && WEIGHTS.every(holds);
}

/** What of that is in a text. */
export function leaks(text) {
  const numbers = (text.match(/(?<!\d)\d{11}(?!\d)/g) ?? []).filter(isNumber);
  const tokens = text.match(/eyJ[\w-]{16,}\.[\w-]{16,}/g) ?? [];
  return [...numbers, ...tokens];
}

/** The same of the product's files in a folder; the sandbox, which plays the registers, has its own. */
export async function leaksOfFiles(folder) {
  const names = (await readdir(folder)).filter((name) => name.startsWith('systembruker.db'));
  const texts = await Promise.all(names.map((name) => readFile(path.join(folder, name), 'latin1')));
  return texts.flatMap(leaks);
}
