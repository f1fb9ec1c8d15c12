// The samples of every page, as files: from PAGE_SAMPLES where they are rendered already. They are
// served with the stylesheet that the product serves.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile, readdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { scratch, startDemo } from './product.js';

const RENDER = fileURLToPath(new URL('../../samples.sh', import.meta.url));

/** The product's stylesheet, and where the samples look for it. */
async function stylesheet(sample) {
  const href = /<link rel="stylesheet" href="([^"]+)">/.exec(sample)[1];
  const demo = await startDemo();
  try {
    const answer = await fetch(demo.url + href);
    if (!answer.ok) throw new Error(`the product has no ${href}: it is older or newer than the samples`);
    return { href, css: await answer.text() };
  } finally {
    await demo.stop();
  }
}

/** All samples on a port of their own: `all` has `name`, `language` and `url` of each. */
export async function serveSamples() {
  const given = process.env.PAGE_SAMPLES;
  const own = given ? null : await scratch();
  const folder = given ?? own.folder;
  if (own) execFileSync(RENDER, [folder], { stdio: ['ignore', 'ignore', 'inherit'] });
  const names = (await readdir(folder)).filter((file) => file.endsWith('.html')).sort();
  const read = names.map(async (name) => [`/${name}`, await readFile(path.join(folder, name), 'utf8')]);
  const pages = new Map(await Promise.all(read));
  await own?.remove();
  const { href, css } = await stylesheet(pages.get(`/${names[0]}`));

  const server = createServer(({ url }, answer) => {
    const html = pages.get(decodeURIComponent(url));
    const found = url === href ? ['text/css', css] : ['text/html', html];
    if (found[1] === undefined) return answer.writeHead(404).end();
    return answer.writeHead(200, { 'content-type': `${found[0]}; charset=utf-8` }).end(found[1]);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const at = `http://127.0.0.1:${server.address().port}/`;
  return {
    all: names.map((name) => ({
      name,
      language: name.slice(0, 2),
      url: at + encodeURIComponent(name),
    })),
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
