import { afterAll, afterEach, beforeAll, expect } from '@jest/globals';
import { root } from '@ticketing/launcher/paths';
import { findChromium } from '@ticketing/test/find-chromium';
import axe from 'axe-core';
import { resolve } from 'node:path';
import {
  chromium,
  type Browser,
  type BrowserContext,
  type CDPSession,
  type Frame,
  type Locator,
  type Page,
} from 'playwright-core';
import { z } from 'zod';
import type { User } from './user.ts';

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const desktop = { width: 1_280, height: 900 };
export const phone = { width: 375, height: 812 };

const log = (line: string) => process.stderr.write(`${line}\n`);

/** A headless Chromium. */
export const openBrowser = async (): Promise<Browser> =>
  chromium.launch({ executablePath: await findChromium(process.env, log), args: flags });

/** A browser context of one user with a page, and the errors in it. */
interface Session {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Script errors and violations of the content security policy. */
  readonly problems: readonly string[];
}

/**
 * The pages show API errors and missing pages to the user; the browser's own message about them is expected. Requests fail when a
 * test aborts them.
 */
const isExpected = (text: string, url: string, page: string): boolean =>
  /^Failed to load resource: .*\b(400|401|403|404|409|413|422|ERR_FAILED)\b/.test(text) &&
  (url === page || new URL(url).pathname.startsWith('/api/'));

export const openSession = async (
  browser: Browser,
  origin: string,
  options: {
    readonly as?: User;
    readonly viewport?: typeof desktop;
    readonly withoutJavaScript?: boolean;
  } = {},
): Promise<Session> => {
  const context = await browser.newContext({
    baseURL: origin,
    viewport: options.viewport ?? desktop,
    javaScriptEnabled: options.withoutJavaScript !== true,
    reducedMotion: 'reduce',
  });
  context.setDefaultTimeout(30_000);
  if (options.as !== undefined) {
    const [name = '', ...value] = options.as.cookie.split('=');
    await context.addCookies([{ name, value: value.join('='), url: origin }]);
  }
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(`${page.url()}: ${error.message}`));
  page.on('console', (message) => {
    const { url } = message.location();
    if (message.type() === 'error' && !isExpected(message.text(), url, page.url())) {
      problems.push(`${page.url()}: ${message.text()} (${url})`);
    }
  });
  return { context, page, problems };
};

/**
 * Opens a browser for the tests of a file. Returns a function that opens the page of one user, whose context is closed after
 * the test, which fails if there were problems in it.
 */
export const usePages = (origin: string): ((options?: Parameters<typeof openSession>[2]) => Promise<Page>) => {
  let browser: Browser | undefined;
  const sessions: Session[] = [];
  beforeAll(async () => {
    browser = await openBrowser();
  }, 60_000);
  afterEach(async () => {
    const closed = sessions.splice(0);
    await Promise.all(closed.map(({ context }) => context.close()));
    expect(closed.flatMap(({ problems }) => problems)).toEqual([]);
  });
  afterAll(() => browser?.close());
  return async (options = {}) => {
    if (browser === undefined) throw new Error('the browser is not open yet');
    const session = await openSession(browser, origin, options);
    sessions.push(session);
    return session.page;
  };
};

const axeReport = z.object({
  violations: z.array(
    z.object({
      id: z.string(),
      impact: z.string().nullable(),
      help: z.string(),
      nodes: z.array(z.object({ html: z.string() })),
    }),
  ),
});

/**
 * Waits for the end of every fade: during one, text may have a contrast that it has in no lasting state. Endless
 * animations, such as a spinner, are part of a lasting state.
 */
const settle = (within: Page | Frame): Promise<void> =>
  within.evaluate(`(async () => {
    const isFading = ({ playState, effect }) => playState === 'running' && effect.getComputedTiming().endTime !== Infinity;
    for (;;) {
      const fades = document.getAnimations().filter(isFading);
      if (fades.length === 0) return;
      await Promise.allSettled(fades.map(({ finished }) => finished));
    }
  })()`);

type Impact = 'minor' | 'moderate' | 'serious' | 'critical';

export const everyImpact: readonly Impact[] = ['minor', 'moderate', 'serious', 'critical'];

/**
 * Accessibility violations that axe finds in a page or a frame, one line each; unless told, serious and critical ones, of all
 * rules.
 */
export const violations = async (
  within: Page | Frame,
  impacts: readonly Impact[] = ['serious', 'critical'],
  rules?: readonly string[],
): Promise<string[]> => {
  await settle(within);
  if (!(await within.evaluate('"axe" in window'))) await within.evaluate(axe.source);
  const options = { iframes: false, resultTypes: ['violations'], ...(rules && { runOnly: rules }) };
  const report: unknown = await within.evaluate(`axe.run(document, ${JSON.stringify(options)})`);
  return axeReport
    .parse(report)
    .violations.filter(({ impact }) => impacts.some((counted) => counted === impact))
    .flatMap(({ id, help, nodes }) => nodes.map(({ html }) => `${id} (${help}): ${html.slice(0, 200)}`));
};

/** Pixels by which the page is wider than the window. */
export const overflow = async (page: Page): Promise<number> =>
  z.number().parse(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'));

const widths = [320, 375, 768, 1_280] as const;
/** Of these, those at which accessibility is checked: the others differ in neither what is shown nor its colours. */
const checkedWidths: readonly number[] = [320, 1_280];
/** What the theme can change. */
const rulesOfColours = ['color-contrast', 'link-in-text-block'];

/** Widths at which the page as it is now is wider than the window, and what axe finds in it in both themes. */
export const findFaults = async (page: Page): Promise<string[]> => {
  const found: string[] = [];
  for (const width of widths) {
    await page.setViewportSize({ width, height: desktop.height });
    const wider = await overflow(page);
    if (wider > 0) found.push(`${width} px: ${wider} px too wide`);
    if (!checkedWidths.includes(width)) continue;
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme });
      const rules = colorScheme === 'light' ? undefined : rulesOfColours;
      found.push(...(await violations(page, everyImpact, rules)).map((line) => `${width} px, ${colorScheme}: ${line}`));
    }
  }
  return found;
};

/** Enters a card into the sandbox's form inside its frame and pays. */
export const payByCard = async (page: Page, number: string): Promise<void> => {
  const frame = page.frameLocator('iframe[title="Card details"]');
  await frame.getByLabel('Card number').fill(number);
  await frame.getByLabel('Expiration date').fill('12 / 40');
  await frame.getByLabel('Security code').fill('123');
  await frame.getByLabel('Postal code').fill('12345');
  await clickUnderCardForm(page.getByRole('button', { name: /^Pay \$/ }));
};

/** Clicks on one thing after the other on a page that fits its screen; `clicks` counts them, and others that are added. */
export class Clicker {
  readonly #page: Page;
  clicks = 0;

  constructor(page: Page) {
    this.#page = page;
  }

  readonly click = async (target: Locator): Promise<void> => {
    // The page may still be the one before.
    await target.waitFor();
    expect(await overflow(this.#page)).toBe(0);
    await target.click();
    this.clicks += 1;
  };
}

/** Writes a picture for the documentation, in a run that sets PICTURES to the folder for them. */
export const picture = async (page: Page, name: string): Promise<void> => {
  const folder = process.env['PICTURES'] ?? '';
  if (folder !== '') await page.screenshot({ path: resolve(root, folder, `${name}.png`) });
};

/** An authenticator of the browser that holds passkeys and verifies its user without asking. */
export const addAuthenticator = async (
  page: Page,
): Promise<{ readonly cdp: CDPSession; readonly authenticatorId: string }> => {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return { cdp, authenticatorId };
};

/**
 * Clicks what stands under the card form. The form is in an iframe with a process of its own: a click right after a
 * scroll may still go to where the iframe was. `click` waits for two frames, so it comes late enough after this scroll.
 */
const clickUnderCardForm = async (target: Locator): Promise<void> => {
  await target.scrollIntoViewIfNeeded();
  await target.click();
};

export const openCancelOrder = async (page: Page): Promise<void> => {
  await cardFormIsReady(page);
  await clickUnderCardForm(page.locator('summary', { hasText: 'Cancel order' }));
};

/** Until the form has loaded, the content below it moves. */
export const cardFormIsReady = (page: Page): Promise<void> =>
  page.locator('button:enabled', { hasText: 'Pay' }).waitFor();
