// The demo's people, and how they log in.

export const PIA = 'Pia Rørvik';
export const OLA = 'Ola Lien';
export const SIV = 'Siv Moen';
export const NILS = 'Nils Berg';
export const TOR = 'Tor Tallaksen';
export const KARI = 'Kari Klepp';

/** Numbers of the demo's organisations. */
export const CUSTOMER = '310904473';
export const ACCOUNTANTS = '314250052';

export const OVERVIEW = '/accessmanagement/ui/systemuser/overview';

/** The provider's button for a person. */
export function choice(page, name) {
  return page.getByRole('button', { name: new RegExp(`^${name}`) });
}

/** Chooses a person at the provider, where the page already is. */
export async function chooseAtProvider(page, name) {
  await Promise.all([page.waitForNavigation(), choice(page, name).click()]);
}

/** Opens an address of the portal, and logs in on the way there. */
export async function logIn(context, demo, name, path = OVERVIEW) {
  const page = await context.newPage();
  await page.goto(demo.url + path);
  await chooseAtProvider(page, name);
  return page;
}

/** Somebody new in the demo's world. */
export async function makePerson(demo, name, roles) {
  const answer = await fetch(`${demo.sandbox}/api/people`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, roles }),
  });
  if (answer.status !== 201) throw new Error(`${answer.status} ${await answer.text()}`);
  return answer.json();
}
