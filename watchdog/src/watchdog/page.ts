import { escapeHtml } from '@ticketing/common/http';
import { checks } from '../checks/all-checks.ts';
import { services } from '../books/records.ts';
import { repairCounters, type Repairs } from './read-repairs.ts';
import { countByCheck, type State } from './watch.ts';

const cell = (content: string, attributes = ''): string => `<td${attributes}>${content}</td>`;
const row = (...cells: readonly string[]): string => `<tr>${cells.join('')}</tr>`;

const table = (headings: readonly string[], rows: readonly string[], empty: string): string =>
  rows.length === 0
    ? `<p class="quiet">${escapeHtml(empty)}</p>`
    : `<div class="scroll"><table><thead><tr>${headings.map((heading) => `<th scope="col">${escapeHtml(heading)}</th>`).join('')}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`;

const number = ' class="number"';

/** A pass that hangs for so long tells that something it reads does. */
const staleSeconds = 45;

const verdict = (state: State, now: number): { readonly kind: 'good' | 'bad' | 'unknown'; readonly text: string } => {
  if (state.problem !== undefined) return { kind: 'unknown', text: `Could not read the books: ${state.problem}` };
  if (state.lastReadAt === undefined) return { kind: 'unknown', text: 'The books are being read for the first time' };
  const seconds = Math.round((now - state.lastReadAt) / 1000);
  if (seconds > staleSeconds) return { kind: 'unknown', text: `Could not read the books for ${seconds} s` };
  const count = state.violations.length;
  if (count > 0) return { kind: 'bad', text: `${count} ${count === 1 ? 'violation' : 'violations'}` };
  return { kind: 'good', text: `Nothing is wrong, as of ${seconds} s ago` };
};

const checkRows = (state: State): string[] => {
  const counts = countByCheck(state);
  return checks.map(({ name, says }) => {
    const count = counts.get(name) ?? 0;
    const mark = state.passes === 0 ? '–' : count === 0 ? '✓' : `✗ ${count}`;
    return row(
      cell(mark, ` class="${state.passes === 0 ? 'quiet' : count === 0 ? 'good' : 'bad'}"`),
      cell(`<code>${name}</code>`),
      cell(escapeHtml(says)),
      cell(String(state.lookedAt.get(name) ?? 0), number),
    );
  });
};

/** Of very many violations these are shown; the metrics count all of them. */
const mostShown = 200;

const violationRows = ({ violations }: State): string[] =>
  violations
    .slice(0, mostShown)
    .map(({ check, ids, text }) =>
      row(
        cell(`<code>${check}</code>`),
        cell(escapeHtml(text)),
        cell(ids.map((id) => `<code>${escapeHtml(id)}</code>`).join(' ')),
      ),
    );

const letterRows = ({ deadLetters }: State): string[] =>
  services.flatMap((service) => {
    const own = deadLetters.filter((letter) => letter.service === service);
    if (own.length === 0) return [];
    const shown = own.slice(0, 10).map(({ id }) => `<code>${escapeHtml(id)}</code>`);
    return [row(cell(service), cell(String(own.length), number), cell(shown.join('<br>')))];
  });

const repairRows = (repairs: readonly Repairs[]): string[] =>
  repairs.map(({ service, counter, count }) =>
    row(
      cell(escapeHtml(service)),
      cell(escapeHtml(repairCounters[counter] ?? 'could not read its metrics')),
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

/** The page for operators: ids and states, and nothing of any customer. */
export const page = (state: State, repairs: readonly Repairs[], now: number): string => {
  const { kind, text } = verdict(state, now);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="10"><title>${kind === 'good' ? '✓' : kind === 'bad' ? '✗' : '?'} The books</title>
<style>${style}</style></head><body>
<h1>The books</h1>
<p class="verdict ${kind}" role="status">${escapeHtml(text)}</p>
<p class="quiet">${state.passes} passes so far${state.lastSeconds === undefined ? '' : `, the last took ${state.lastSeconds.toFixed(2)} s`}. Each looks at what is new or unfinished and at one more page of everything; a violation is told once two passes agree on it. <code>npm run audit</code> reads all of it at once.</p>
<h2>Violations</h2>
${table(['check', 'what is wrong', 'ids'], violationRows(state), 'None.')}
<h2>Dead letters</h2>
${table(['service', 'set aside', 'the oldest'], letterRows(state), 'None.')}
<h2>Repairs since the services started</h2>
${table(['service', 'what was repaired', 'times'], repairRows(repairs), 'The services’ metrics are not known here.')}
<h2>Checks</h2>
${table(['', 'check', 'what holds', 'looked at'], checkRows(state), '')}
</body></html>
`;
};
