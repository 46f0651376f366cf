import { services } from '@ticketing/launcher/topology';
import { z } from 'zod';

/** What shows that a change is live: a response of a Service that contains `mark`, or new pods of these Deployments. */
type Effect =
  | { readonly service: string; readonly path: string; readonly mark: (count: number) => string }
  | { readonly rollouts: readonly string[] };

/** A change that a developer makes while `skaffold dev` runs. */
export interface Change {
  readonly title: string;
  readonly file: string;
  /** The file's text with a change that `count` makes a new one. */
  readonly edit: (text: string, count: number) => string;
  readonly effect: Effect;
  readonly times: number;
}

const message = (count: number): string => `Ticket not found (${count})`;
const headline = (count: number): string => `Somebody can’t go (${count})`;

export const changes: readonly Change[] = [
  {
    title: 'a source file of a service, copied into its pod',
    file: 'tickets/src/queries/get-ticket.ts',
    edit: (text, count) => text.replace(/Ticket not found(?: \(\d+\))?/, message(count)),
    effect: { service: 'tickets', path: '/api/tickets/000000000000000000000000', mark: message },
    times: 3,
  },
  {
    title: 'a page of the site, copied into its pod',
    file: 'client/app/page.tsx',
    edit: (text, count) => text.replace(/Somebody can’t go(?: \(\d+\))?/, headline(count)),
    effect: { service: 'client', path: '/', mark: headline },
    times: 3,
  },
  {
    title: 'another file of a service: its image is built again and rolled out',
    file: 'tickets/package.json',
    edit: (text, count) =>
      `${JSON.stringify({ ...z.looseObject({}).parse(JSON.parse(text)), description: `${count}` }, undefined, 2)}\n`,
    effect: { rollouts: ['tickets'] },
    times: 1,
  },
  {
    title: 'the Dockerfile of the services: their images are built again and rolled out',
    file: 'infra/docker/service.Dockerfile',
    edit: (text, count) => text.replace('\nFROM packages AS dev\n', `\nFROM packages AS dev\nLABEL change=${count}\n`),
    effect: { rollouts: [...services, 'watchdog'] },
    times: 1,
  },
];
