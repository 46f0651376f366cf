/** Rows below their headings, in columns of equal width; numbers are aligned to the right. */
export const formatTable = (headings: readonly string[], rows: readonly (readonly (string | number)[])[]): string => {
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => String(row[column]).length)),
  );
  const formatRow = (cells: readonly (string | number)[]): string =>
    widths
      .map((width, column) => {
        const cell = cells[column];
        return typeof cell === 'number' ? String(cell).padStart(width) : String(cell).padEnd(width);
      })
      .join('  ')
      .trimEnd();
  return [headings, widths.map((width) => '─'.repeat(width)), ...rows].map(formatRow).join('\n');
};
