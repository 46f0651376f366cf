import { auditProduct, type AuditResult } from '@ticketing/watchdog/checks';
import { openSources, UnreadableError } from '@ticketing/watchdog/sources';
import { join } from 'node:path';
import process from 'node:process';
import { z } from 'zod';
import { findAddresses, NoAddressesError } from './find-addresses.ts';
import { formatTable } from './format-table.ts';

const exitCodes = { noViolations: 0, violations: 1, unreadable: 2 } as const;

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const settle = z.coerce.number().min(0).max(600).default(10);

const readSettleSeconds = (): number => {
  const { data, error } = settle.safeParse(process.env['AUDIT_SETTLE_SECONDS']);
  if (error !== undefined) throw new NoAddressesError('AUDIT_SETTLE_SECONDS must be a number of seconds from 0 to 600');
  return data;
};

const printResult = ({ counts, violations, snapshots }: AuditResult): void => {
  print(
    formatTable(
      ['check', 'checked', 'violations'],
      counts.map((count) => [count.check, count.checked, count.violations]),
    ),
  );
  print('');
  for (const { check, ids, text } of violations) print(`✗ ${check}: ${text}\n    ids: ${ids.join(' ')}`);
  const how = snapshots === 1 ? 'one snapshot' : 'two snapshots that agree';
  print(violations.length === 0 ? `No violations (${how}).` : `${violations.length} violations (${how}).`);
};

const run = async (): Promise<number> => {
  const settleSeconds = readSettleSeconds();
  const sources = openSources(await findAddresses(process.env, join(import.meta.dirname, '..', '..', '..')));
  try {
    const result = await auditProduct(sources, {
      settleMs: settleSeconds * 1000,
      onSuspicions: ({ length }) =>
        print(`${length} possible violations: reading again in ${settleSeconds} s, since events may be in flight`),
    });
    printResult(result);
    return result.violations.length === 0 ? exitCodes.noViolations : exitCodes.violations;
  } finally {
    await sources.close();
  }
};

try {
  process.exitCode = await run();
} catch (error) {
  const isExpected = error instanceof NoAddressesError || error instanceof UnreadableError;
  process.stderr.write(`${isExpected ? error.message : String(error instanceof Error ? error.stack : error)}\n`);
  if (error instanceof UnreadableError) {
    process.stderr.write('Nothing was checked. Is the product running, and are its addresses right?\n');
  }
  process.exitCode = exitCodes.unreadable;
}
