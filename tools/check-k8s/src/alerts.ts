import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readWorkspaces } from '@ticketing/launcher/workspaces';
import { parse } from 'yaml';
import { z } from 'zod';

const alertRules = z.object({
  groups: z.array(
    z.object({
      rules: z.array(
        z.object({
          alert: z.string(),
          expr: z.string(),
          labels: z.object({ severity: z.enum(['page', 'ticket']) }),
          annotations: z.object({ summary: z.string() }),
        }),
      ),
    }),
  ),
});

/** Metrics that other programs export: Prometheus, the kubelet and kube-state-metrics. */
const externalMetric = /^(up|kube_\w+|kubelet_\w+)$/;
const metricName = /\b[a-z]+(?:_[a-z]+)+\b/g;
const promqlFunctions = new Set(['histogram_quantile']);

const readFiles = (folder: string, ending: string): string =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending) && !name.includes('.test.'))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n');

const group = String.raw`\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)`;
const grouping = String.raw`\s*(?:(?:by|without)\s*\([^)]*\)\s*)?`;
const countBelowOne = new RegExp(String.raw`\bcount${grouping}${group}${grouping}(?:<\s*1|(?:<=|==)\s*0)(?![\d.])`);

/** Whether an expression compares a count with less than one: the count of no series is no value, which no rule compares. */
export const cannotFire = (expr: string): boolean => countBelowOne.test(expr.replaceAll(/"[^"]*"/g, '""'));

const matches = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, found = '']) => found);

/**
 * Finds runbooks that do not begin with what the alert means and how its cause is recognised, and log lines, metrics and
 * Kubernetes objects in them that do not exist. `sources` are those of the product, `manifests` those of the cluster.
 */
export const runbookProblems = (
  runbooks: string,
  severities: ReadonlyMap<string, string>,
  sources: string,
  manifests: string,
): string[] => {
  const sections = new Map(
    runbooks.split(/^## /m).map((section) => {
      const [name = '', ...body] = section.split('\n');
      return [name, body.join('\n').trim().split('\n\n')];
    }),
  );
  const text = runbooks.replaceAll(/\s+/g, ' ');
  return [
    ...[...severities].flatMap(([name, severity]) => {
      const [meaning = '', cause = ''] = sections.get(name) ?? [];
      return [
        ...(meaning.toLowerCase().startsWith(`*${severity}.* `)
          ? []
          : [`the runbook ${name} does not begin with *${severity}.*`]),
        ...(/^\*\*Cause:\*\* .*(`|\]\()/s.test(cause)
          ? []
          : [`the runbook ${name} does not say next, after **Cause:**, where the cause is seen`]),
      ];
    }),
    ...matches(text, /\blog lines? `([^`]+)`/gi)
      .filter((line) => !sources.includes(line))
      .map((line) => `the runbooks name a log line that no process writes: ${line}`),
    ...matches(text, /`([a-z_]+_(?:total|seconds|bytes))\b/g)
      .filter((metric) => !sources.includes(`'${metric}'`))
      .map((metric) => `the runbooks name the metric ${metric}, which no process exports`),
    ...matches(text, /\b(?:deployment|statefulset|service|secret|job)\/([a-z][a-z-]*)/g)
      .filter((object) => !manifests.includes(`name: ${object}`))
      .map((object) => `the runbooks name ${object}, which no manifest has`),
  ];
};

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
  const folders = workspaces
    .filter(({ name, description }) => name === 'common' || description.kind !== undefined)
    .map(({ folder }) => join(root, folder, 'src'));
  const sources = [...folders, join(root, 'client', 'lib')].map((folder) => readFiles(folder, '.ts')).join('\n');
  const names = alerts.map(({ alert }) => alert);
  const severities = new Map(alerts.map(({ alert, labels }) => [alert, labels.severity]));
  return [
    ...runbookProblems(runbooks, severities, sources, readFiles(join(root, 'infra', 'k8s'), '.yaml')),
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
