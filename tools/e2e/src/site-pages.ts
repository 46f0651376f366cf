import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The route of every page of the site, such as `/orders/[orderId]`. */
export const pageRoutes = (): string[] =>
  readdirSync(join(import.meta.dirname, '../../../client/app'), { recursive: true, encoding: 'utf8' })
    .filter((name) => /(?:^|\/)page\.tsx$/.test(name))
    .map((name) => `/${name.replace(/\/?page\.tsx$/, '')}`);
