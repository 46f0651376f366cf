import { escapeHtml } from '@ticketing/common/http';
import { formatValue, type Series } from './report.ts';

const columns = 4;
const panelWidth = 250;
const panelHeight = 112;
const plotWidth = 222;
const plotHeight = 62;
const left = 14;
const top = 34;

const shownGroups = ['memory', 'live memory', 'database', 'store', 'folder', 'count'] as const;

/** Draws memory, stores and counts as small pictures, each from zero; grey is the time before anything is judged. */
export const picture = (
  all: readonly Series[],
  { minutes, from }: { readonly minutes: number; readonly from: number },
): string => {
  const shown = shownGroups.flatMap((group) => all.filter((one) => one.group === group));
  const panels = shown.map(({ group, name, observations, judgement }, index) => {
    const x = (index % columns) * panelWidth;
    const y = 36 + Math.floor(index / columns) * panelHeight;
    const most = Math.max(1, ...observations.map(({ value }) => value));
    const line = observations
      .map(({ seconds, value }) => {
        const across = left + (seconds / (minutes * 60)) * plotWidth;
        return `${across.toFixed(1)},${(top + plotHeight - (value / most) * plotHeight).toFixed(1)}`;
      })
      .join(' ');
    const colour = judgement.problem === undefined ? '#1d4ed8' : '#b91c1c';
    const warmUp = (from / (minutes * 60)) * plotWidth;
    return `
  <g transform="translate(${x} ${y})">
    <rect x="${left}" y="${top}" width="${warmUp.toFixed(1)}" height="${plotHeight}" fill="#f3f4f6"/>
    <text x="${left}" y="14" class="name">${escapeHtml(`${group}: ${name}`)}</text>
    <text x="${left}" y="28">${escapeHtml(`${formatValue(group, judgement.last)} at the end, most ${formatValue(group, most)}`)}</text>
    <line x1="${left}" y1="${top + plotHeight}" x2="${left + plotWidth}" y2="${top + plotHeight}" stroke="#9ca3af"/>
    <polyline points="${line}" fill="none" stroke="${colour}" stroke-width="1.5"/>
  </g>`;
  });
  const width = columns * panelWidth;
  const height = 36 + Math.ceil(shown.length / columns) * panelHeight;
  const title = `Memory of every process and size of every store during ${minutes} minutes`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}">
  <style>text { font: 10px system-ui, sans-serif; fill: #111827 } .name { font-weight: 600 } .title { font-size: 14px; font-weight: 600 }</style>
  <rect width="${width}" height="${height}" fill="#ffffff"/>
  <text x="${left}" y="22" class="title">${title}</text>${panels.join('')}
</svg>
`;
};
