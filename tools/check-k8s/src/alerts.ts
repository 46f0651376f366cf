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

/** Finds alerts without a runbook, runbooks without an alert, and metrics in alerts that no process exports. */
export const alertProblems = (root: string): string[] => {
  const alerts = alertRules
    .parse(parse(readFileSync(join(root, 'infra', 'observability', 'alerts.yaml'), 'utf8')))
    .groups.flatMap((group) => group.rules);
  const runbooks = readFileSync(join(root, 'docs', 'runbooks.md'), 'utf8');
  const headings = [...runbooks.matchAll(/^## (\S+)$/gm)].map(([, name = '']) => name);
  const sources = readWorkspaces(root)
    .filter(({ name, description }) => name === 'common' || description.kind !== undefined)
    .map(({ folder }) => readSources(join(root, folder, 'src')))
    .join('\n');
  const names = alerts.map(({ alert }) => alert);
  return [
    ...names.filter((name) => !headings.includes(name)).map((name) => `the alert ${name} has no runbook`),
    ...headings.filter((name) => !names.includes(name)).map((name) => `the runbook ${name} has no alert`),
    ...alerts.flatMap(({ alert, expr }) =>
      [...expr.replaceAll(/"[^"]*"/g, '').matchAll(metricName)]
        .map(([name]) => name.replace(/_(count|bucket|sum)$/, ''))
        .filter((name) => !promqlFunctions.has(name) && !externalMetric.test(name) && !sources.includes(`'${name}'`))
        .map((name) => `the alert ${alert} uses the metric ${name}, which no process exports`),
    ),
  ];
};
