// What is wrong with a page as it is shown: by axe, and what axe does not look at.
import assert from 'node:assert/strict';
import axe from 'axe-core';

/** WCAG 2.2 at level AA, and what axe holds to be good practice. */
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
export const WIDTHS = [320, 1280];

/** What axe finds on the page, one line each; of these rules alone, where some are given. */
export async function violations(page, rules) {
  const runOnly = rules ? { type: 'rule', values: rules } : { type: 'tag', values: TAGS };
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe.source);
  const found = await page.evaluate((only) => globalThis.axe.run({ runOnly: only }), runOnly);
  const looked = found.passes.reduce((sum, { nodes }) => sum + nodes.length, 0);
  assert.ok(looked > 10, 'axe looked at nothing');
  return found.violations.map(({ id, help, nodes }) => {
    const where = nodes.slice(0, 3).map((node) => node.html.slice(0, 120));
    return `${id}: ${help}: ${where.join(' | ')}`;
  });
}

/** Everything wrong with the page as it is shown at one width. */
export async function faults(page, language, width) {
  await page.setViewportSize({ width, height: 900 });
  const found = await page.evaluate(() => ({
    lang: document.documentElement.lang,
    title: document.title,
    headings: document.querySelectorAll('h1').length,
    scripts: document.scripts.length,
    wide: document.scrollingElement.scrollWidth - innerWidth,
    cut: [...document.querySelectorAll('main *, header *, footer *')]
      .filter((element) => {
        const { left, right, width, height } = element.getBoundingClientRect();
        const hidden = element.closest('.ds-sr-only, thead, .ds-skip-link') !== null;
        return !hidden && width > 1 && height > 1 && (right > innerWidth + 1 || left < -1);
      })
      .map((element) => element.outerHTML.slice(0, 100)),
  }));
  const wrong = [];
  if (found.lang !== language) wrong.push(`html[lang] is “${found.lang}”`);
  if (!/\S+ – \S+/.test(found.title)) wrong.push(`the title is “${found.title}”`);
  if (found.headings !== 1) wrong.push(`${found.headings} h1`);
  if (found.scripts !== 0) wrong.push(`${found.scripts} scripts`);
  if (found.wide > 0) wrong.push(`${found.wide} px of scrolling sideways`);
  if (found.cut.length > 0) wrong.push(`reaches out of the window: ${found.cut.join(' | ')}`);
  return [...wrong, ...(await violations(page))];
}
