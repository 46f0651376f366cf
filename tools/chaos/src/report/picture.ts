import { escapeHtml } from '@ticketing/common/http';
import type { Injected } from '../faults/injector.ts';
import { faultKinds } from '../faults/kinds.ts';
import type { OrderTime, Recovery } from './recovery.ts';

const width = 960;
const left = 76;
const right = 16;
const top = 40;
const plotHeight = 220;
const laneHeight = 18;

/** Draws a run as SVG: orders per second, faults by kind, and the time from each kill to the next order. */
export const picture = (run: {
  readonly title: string;
  readonly began: number;
  readonly ended: number;
  readonly orders: readonly OrderTime[];
  readonly injected: readonly Injected[];
  readonly recoveries: readonly Recovery[];
}): string => {
  const seconds = Math.max(1, Math.ceil((run.ended - run.began) / 1000));
  const perSecond = Array.from({ length: seconds }, () => 0);
  for (const { acknowledged } of run.orders) {
    const second = Math.floor((acknowledged - run.began) / 1000);
    if (perSecond[second] !== undefined) perSecond[second] += 1;
  }
  const most = Math.max(1, ...perSecond);
  const x = (time: number) => left + ((time - run.began) / 1000 / seconds) * (width - left - right);
  const y = (count: number) => top + plotHeight - (count / most) * plotHeight;
  const step = (width - left - right) / seconds;
  const line = perSecond
    .map((count, second) => `${(left + (second + 0.5) * step).toFixed(1)},${y(count).toFixed(1)}`)
    .join(' ');
  const shown = Object.entries(faultKinds).filter(([kind]) => run.injected.some((fault) => fault.kind === kind));
  const lanes = shown
    .map(([kind, { colour }], index) => {
      const laneY = top + plotHeight + 14 + index * laneHeight;
      const marks = run.injected
        .filter((fault) => fault.kind === kind)
        .map(({ at, until, what }) => {
          const from = x(at);
          const length = Math.max(2, x(until) - from);
          return `<rect x="${from.toFixed(1)}" y="${laneY}" width="${length.toFixed(1)}" height="10" fill="${colour}" opacity="0.7"><title>${escapeHtml(what)}</title></rect>`;
        })
        .join('');
      return `<text x="${left - 4}" y="${laneY + 9}" text-anchor="end" class="small">${kind}</text>${marks}`;
    })
    .join('\n  ');
  const waits = run.recoveries.map(({ ms }) => ms).toSorted((a, b) => a - b);
  const recoveryTop = top + plotHeight + 14 + shown.length * laneHeight + 34;
  const recoveryHeight = 90;
  const longest = Math.max(1_000, ...waits);
  const bar = (width - left - right) / Math.max(1, waits.length);
  const bars = waits
    .map((ms, index) => {
      const height = (ms / longest) * recoveryHeight;
      return `<rect x="${(left + index * bar).toFixed(1)}" y="${(recoveryTop + recoveryHeight - height).toFixed(1)}" width="${Math.max(1, bar - 1).toFixed(1)}" height="${height.toFixed(1)}" fill="#b91c1c"/>`;
    })
    .join('');
  const height = recoveryTop + recoveryHeight + 16;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(run.title)}">
  <style>text { font: 13px system-ui, sans-serif; fill: #111827 } .small { font-size: 10px }</style>
  <rect width="${width}" height="${height}" fill="#ffffff"/>
  <text x="${left}" y="20" font-weight="600">${escapeHtml(run.title)}</text>
  <text x="${left}" y="${top - 6}" class="small">orders acknowledged in a second, at most ${most}; ${seconds} s</text>
  <line x1="${left}" y1="${top + plotHeight}" x2="${width - right}" y2="${top + plotHeight}" stroke="#9ca3af"/>
  <polyline points="${line}" fill="none" stroke="#1d4ed8" stroke-width="1"/>
  ${lanes}
  <text x="${left}" y="${recoveryTop - 8}" class="small">from each kill to the first order made after it, sorted; the longest ${(longest / 1000).toFixed(1)} s</text>
  ${bars}
</svg>
`;
};
