import { auditProduct, type AuditResult } from '@ticketing/watchdog/checks';
import process from 'node:process';
import { z } from 'zod';
import { NoAddressesError } from './find-addresses.ts';
import { formatTable } from './format-table.ts';
import { runOnSources } from './run-on-sources.ts';

const settle = z.coerce.number().min(0).max(600).default(10);

const readSettleSeconds = (): number => {
  const { data, error } = settle.safeParse(process.env['AUDIT_SETTLE_SECONDS']);
  if (error !== undefined) throw new NoAddressesError('AUDIT_SETTLE_SECONDS must be a number of seconds from 0 to 600');
  return data;
};

const printResult = ({ counts, violations, snapshots }: AuditResult, print: (line: string) => void): void => {
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

await runOnSources('audit', async ({ sources, print }) => {
  const settleSeconds = readSettleSeconds();
  const result = await auditProduct(sources, {
    settleMs: settleSeconds * 1000,
    onSuspicions: ({ length }) =>
      print(`${length} possible violations: reading again in ${settleSeconds} s, since events may be in flight`),
  });
  printResult(result, print);
  return result.violations.length === 0 ? 0 : 1;
});
