import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readWorkspaces } from '@ticketing/launcher/workspaces';
import { parse } from 'yaml';
import { z } from 'zod';

const alertRules = z.object({
  groups: z.array(
    z.object({
      rules: z.array(z.object({ alert: z.string(), expr: z.string(), annotations: z.object({ summary: z.string() }) })),
    }),
  ),
});

/** Metrics that other programs export: Prometheus, the kubelet and kube-state-metrics. */
const externalMetric = /^(up|kube_\w+|kubelet_\w+)$/;
const metricName = /\b[a-z]+(?:_[a-z]+)+\b/g;
const promqlFunctions = new Set(['histogram_quantile']);

const readSources = (folder: string): string =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.includes('.test.'))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n');

const group = String.raw`\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)`;
const grouping = String.raw`\s*(?:(?:by|without)\s*\([^)]*\)\s*)?`;
const countBelowOne = new RegExp(String.raw`\bcount${grouping}${group}${grouping}(?:<\s*1|(?:<=|==)\s*0)(?![\d.])`);

/** Whether an expression compares a count with less than one: the count of no series is no value, which no rule compares. */
export const cannotFire = (expr: string): boolean => countBelowOne.test(expr.replaceAll(/"[^"]*"/g, '""'));

/**
 * Finds alerts without a runbook, runbooks without an alert, metrics in alerts that no process exports, alerts that cannot
 * fire, and processes whose absence no alert reports.
 */
export const alertProblems = (root: string): string[] => {
  const alerts = alertRules
    .parse(parse(readFileSync(join(root, 'infra', 'observability', 'alerts.yaml'), 'utf8')))
    .groups.flatMap((group) => group.rules);
  const runbooks = readFileSync(join(root, 'docs', 'runbooks.md'), 'utf8');
  const headings = [...runbooks.matchAll(/^## (\S+)$/gm)].map(([, name = '']) => name);
  const workspaces = readWorkspaces(root);
  const processes = workspaces.filter(
    ({ folder, description }) => description.kind !== undefined && !folder.startsWith('tools/'),
  );
  const sources = workspaces
    .filter(({ name, description }) => name === 'common' || description.kind !== undefined)
    .map(({ folder }) => readSources(join(root, folder, 'src')))
    .join('\n');
  const names = alerts.map(({ alert }) => alert);
  return [
    ...names.filter((name) => !headings.includes(name)).map((name) => `the alert ${name} has no runbook`),
    ...headings.filter((name) => !names.includes(name)).map((name) => `the runbook ${name} has no alert`),
    ...alerts
      .filter(({ expr }) => cannotFire(expr))
      .map(({ alert }) => `the alert ${alert} counts series below 1, which cannot fire`),
    ...processes
      .filter(({ name }) => !alerts.some(({ expr }) => expr.includes(`absent(up{app="${name}"})`)))
      .map(({ name }) => `no alert fires when ${name} is absent`),
    ...alerts.flatMap(({ alert, expr }) =>
      [...expr.replaceAll(/"[^"]*"/g, '').matchAll(metricName)]
        .map(([name]) => name.replace(/_(count|bucket|sum)$/, ''))
        .filter((name) => !promqlFunctions.has(name) && !externalMetric.test(name) && !sources.includes(`'${name}'`))
        .map((name) => `the alert ${alert} uses the metric ${name}, which no process exports`),
    ),
  ];
};
