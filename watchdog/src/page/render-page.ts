import { escapeHtml } from '@ticketing/common/http';
import { checks } from '../checks/all-checks.ts';
import type { State } from '../scan/watch.ts';
import { services } from '../sources/services.ts';
import { repairCounters, type Repairs } from './read-repairs.ts';

const cell = (content: string, attributes = ''): string => `<td${attributes}>${content}</td>`;
const row = (...cells: readonly string[]): string => `<tr>${cells.join('')}</tr>`;

const table = (headings: readonly string[], rows: readonly string[], empty: string): string =>
  rows.length === 0
    ? `<p class="quiet">${escapeHtml(empty)}</p>`
    : `<div class="scroll"><table><thead><tr>${headings.map((heading) => `<th scope="col">${escapeHtml(heading)}</th>`).join('')}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`;

const number = ' class="number"';

/** A scan that takes longer waits for a source that does not respond. */
const staleSeconds = 45;

const verdict = (state: State, now: number): { readonly kind: 'good' | 'bad' | 'unknown'; readonly text: string } => {
  if (state.problem !== undefined) return { kind: 'unknown', text: `The last scan failed: ${state.problem}` };
  if (state.lastScan === undefined) return { kind: 'unknown', text: 'The first scan is running' };
  const seconds = Math.round((now - state.lastScan.at) / 1000);
  if (seconds > staleSeconds) return { kind: 'unknown', text: `No scan has finished for ${seconds} s` };
  const count = state.violations.length;
  if (count > 0) return { kind: 'bad', text: `${count} ${count === 1 ? 'violation' : 'violations'}` };
  return { kind: 'good', text: `No violations, checked ${seconds} s ago` };
};

const ruleOf = new Map(checks.map(({ name, rule }) => [name, rule]));

const checkRows = ({ counts, scans }: State): string[] =>
  counts.map(({ check, checked, violations }) =>
    row(
      scans === 0
        ? cell('–', ' class="quiet"')
        : violations === 0
          ? cell('✓', ' class="good"')
          : cell(`✗ ${violations}`, ' class="bad"'),
      cell(`<code>${check}</code>`),
      cell(escapeHtml(ruleOf.get(check) ?? '')),
      cell(String(checked), number),
    ),
  );

/** The metrics count the violations beyond this many. */
const maxViolations = 200;
const maxLetters = 10;

const violationRows = ({ violations }: State): string[] =>
  violations
    .slice(0, maxViolations)
    .map(({ check, ids, text }) =>
      row(
        cell(`<code>${check}</code>`),
        cell(escapeHtml(text)),
        cell(ids.map((id) => `<code>${escapeHtml(id)}</code>`).join(' ')),
      ),
    );

const letterRows = ({ deadLetters }: State): string[] =>
  services.flatMap((service) => {
    const letters = deadLetters.filter((letter) => letter.service === service);
    if (letters.length === 0) return [];
    const shown = letters.slice(0, maxLetters).map(({ id }) => `<code>${escapeHtml(id)}</code>`);
    return [row(cell(service), cell(String(letters.length), number), cell(shown.join('<br>')))];
  });

const repairRows = (repairs: readonly Repairs[]): string[] =>
  repairs.map(({ service, counter, count }) =>
    row(
      cell(escapeHtml(service)),
      cell(escapeHtml(counter === undefined ? 'its metrics cannot be read' : (repairCounters[counter] ?? counter))),
      cell(count === undefined ? '?' : String(count), number),
    ),
  );

const style = `
:root { color-scheme: light dark; --line: #8884; --soft: #8881; --good: #157f3d; --bad: #c62828; --unknown: #a15c00; }
@media (prefers-color-scheme: dark) { :root { --good: #5cd68a; --bad: #ff8a80; --unknown: #ffb74d; } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 76rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.1rem; margin: 2.2rem 0 .6rem; }
.verdict { border-left: .35rem solid; padding: .7rem 1rem; margin: 1rem 0; background: var(--soft); font-weight: 600; }
.good { color: var(--good); } .bad { color: var(--bad); } .unknown { color: var(--unknown); } .quiet { opacity: .7; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .93rem; }
th, td { text-align: left; padding: .35rem .7rem; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 600; } td:first-child { white-space: nowrap; } .number { text-align: right; font-variant-numeric: tabular-nums; }
code { font: .88em ui-monospace, monospace; overflow-wrap: anywhere; }`;

/** The page for operators. It shows ids and states, never customers' data. */
export const renderPage = (state: State, repairs: readonly Repairs[], now: number): string => {
  const { kind, text } = verdict(state, now);
  const { scans, lastScan } = state;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="10"><title>${kind === 'good' ? '✓' : kind === 'bad' ? '✗' : '?'} Watchdog</title>
<style>${style}</style></head><body>
<h1>Watchdog</h1>
<p class="verdict ${kind}" role="status">${escapeHtml(text)}</p>
<p class="quiet">${scans} scans so far${lastScan === undefined ? '' : `, the last took ${lastScan.seconds.toFixed(2)} s`}. A scan reads what is new or unfinished and one more page of everything; a violation is shown once two scans have found it. <code>npm run audit</code> checks everything at once.</p>
<h2>Violations</h2>
${table(['check', 'violation', 'ids'], violationRows(state), 'None.')}
<h2>Dead letters</h2>
${table(['service', 'dead letters', `the first ${maxLetters}`], letterRows(state), 'None.')}
<h2>Repairs since the services started</h2>
${table(['service', 'repair', 'count'], repairRows(repairs), 'METRICS_URLS names no services.')}
<h2>Checks</h2>
${table(['', 'check', 'rule', 'checked'], checkRows(state), '')}
</body></html>
`;
};
