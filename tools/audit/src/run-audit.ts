import { join } from 'node:path';
import process from 'node:process';
import { z } from 'zod';
import { UnreadableError } from '@ticketing/watchdog/books';
import { openBooks } from '@ticketing/watchdog/books';
import { auditBooks, type AuditResult } from '@ticketing/watchdog/checks';
import { findAddresses, NoAddressesError } from './find-addresses.ts';
import { table } from './table.ts';

/** In the books something is wrong; they could not be read. */
const codes = { violations: 1, unreadable: 2 } as const;

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const settle = z.coerce.number('must be a number of seconds').min(0).max(600).default(10);

const tell = ({ counts, violations, readings }: AuditResult): void => {
  say(
    table(
      ['check', 'looked at', 'violations'],
      counts.map(({ check, lookedAt, violations }) => [check, lookedAt, violations]),
    ),
  );
  say('');
  for (const { check, ids, text } of violations) say(`✗ ${check}: ${text}\n    ids: ${ids.join(' ')}`);
  const how = readings === 1 ? 'one reading' : 'two readings that agree';
  say(violations.length === 0 ? `The books are right (${how}).` : `${violations.length} violations (${how}).`);
};

const run = async (): Promise<number> => {
  const settleSeconds = settle.safeParse(process.env['AUDIT_SETTLE_SECONDS']);
  if (!settleSeconds.success) throw new NoAddressesError('AUDIT_SETTLE_SECONDS must be a number of seconds');
  const books = openBooks(await findAddresses(process.env, join(import.meta.dirname, '..', '..', '..')));
  try {
    const result = await auditBooks(books, {
      settleMs: settleSeconds.data * 1000,
      onSuspicion: ({ length }) =>
        say(`${length} things to look at again in ${settleSeconds.data} s: they may only be on their way`),
    });
    tell(result);
    return result.violations.length === 0 ? 0 : codes.violations;
  } finally {
    await books.close();
  }
};

try {
  process.exitCode = await run();
} catch (error) {
  const isKnown = error instanceof NoAddressesError || error instanceof UnreadableError;
  process.stderr.write(`${isKnown ? error.message : String(error instanceof Error ? error.stack : error)}\n`);
  if (error instanceof UnreadableError) {
    process.stderr.write('Is the product running, and are its addresses right? Nothing was checked: run it again.\n');
  }
  process.exitCode = codes.unreadable;
}
