import { escapeHtml } from '@ticketing/common/http';
import { isWithinBound, valueText, type Figure } from './figure.ts';

const width = 760;
const rowHeight = 54;
const left = 24;
const barWidth = width - 2 * left;

/** Draws each figure as a bar with a mark at its bound. The bar is green if the figure is within its bound, else red. */
export const chart = (rows: readonly Figure[]): string => {
  const bars = rows.map((row, index) => {
    const y = 24 + index * rowHeight;
    const most = Math.max(row.value, row.bound) * 1.1;
    const length = (row.value / most) * barWidth;
    const mark = left + (row.bound / most) * barWidth;
    return `
  <text x="${left}" y="${y}" class="name">${escapeHtml(row.name)}</text>
  <text x="${width - left}" y="${y}" class="figure" text-anchor="end">${valueText(row)}</text>
  <rect x="${left}" y="${y + 8}" width="${barWidth}" height="14" rx="3" fill="#e5e7eb"/>
  <rect x="${left}" y="${y + 8}" width="${length.toFixed(1)}" height="14" rx="3" fill="${isWithinBound(row) ? '#15803d' : '#b91c1c'}"/>
  <rect x="${(mark - 1).toFixed(1)}" y="${y + 4}" width="2" height="22" fill="#111827"/>`;
  });
  const height = 24 + rows.length * rowHeight;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="Benchmark figures against their bounds">
  <style>text { font: 13px system-ui, sans-serif; fill: #111827 } .figure { font-variant-numeric: tabular-nums; font-weight: 600 }</style>
  <rect width="${width}" height="${height}" fill="#ffffff"/>${bars.join('')}
</svg>
`;
};
