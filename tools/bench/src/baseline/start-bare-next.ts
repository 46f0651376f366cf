import { freePort } from '@ticketing/launcher/free-ports';
import { cacheDirectory, root } from '@ticketing/launcher/paths';
import { spawn, spawnSync } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { PageMarkup } from './page-markup.ts';
import { baselineServer, waitUntilReady, type BaselineServer } from './start-baseline.ts';

const program = join(root, 'node_modules', 'next', 'dist', 'bin', 'next');
const directory = join(cacheDirectory, 'bare-next');
const env = { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' } as const;

/** As the site, it puts metadata into the head, and sends none later. */
const config = `export default { htmlLimitedBots: /.*/, turbopack: { root: ${JSON.stringify(root)} } };\n`;

/** The router's probe. */
const probe = `export const dynamic = 'force-dynamic';\nexport const GET = () => new Response('{}');\n`;

const layout = ({ html, head, body }: PageMarkup): string => `
import { createElement as h } from 'react';
const Layout = ({ children }) => h('html', ${html}, h('head', {}, ${head.join(',')}), h('body', ${body}, children));
export default Layout;
`;

const page = ({ content }: PageMarkup): string => `
import { connection } from 'next/server';
import { createElement as h, Fragment } from 'react';
const Page = async () => {
  await connection();
  return h(Fragment, {}, ${content.join(',')});
};
export default Page;
`;

/**
 * Builds and starts a Next app, of the version of the site, whose pages have this markup: one at /name for each, of plain elements,
 * rendered for each request, without any data to read.
 */
export const startBareNext = async (pages: Readonly<Record<string, PageMarkup>>): Promise<BaselineServer> => {
  const files = Object.entries(pages).flatMap(([name, markup]) => [
    [`app/${name}/layout.js`, layout(markup)] as const,
    [`app/${name}/page.js`, page(markup)] as const,
  ]);
  await rm(directory, { recursive: true, force: true });
  for (const [path, text] of [['next.config.mjs', config], ['app/readyz/route.js', probe], ...files] as const) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), text);
  }
  const built = spawnSync(process.execPath, [program, 'build', directory], { env, encoding: 'utf8' });
  if (built.status !== 0) throw new Error(`the bare pages were not built:\n${built.stdout}${built.stderr}`);
  const port = await freePort();
  const options = ['--port', String(port), '--hostname', '127.0.0.1'];
  const child = spawn(process.execPath, [program, 'start', directory, ...options], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const url = `http://127.0.0.1:${port}`;
  await waitUntilReady(`${url}/readyz`);
  return baselineServer(url, child);
};
