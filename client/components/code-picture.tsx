import type { Code } from '../lib/api/schemas.ts';
import { codeName, codePath, quietZone } from '../lib/code-path.ts';

/** A code as large as its place, black on white in every theme, since scanners need that. */
export const CodePicture = ({ code }: { readonly code: Code }) => {
  const quiet = quietZone(code);
  const width = code.width + 2 * quiet;
  const height = code.height + 2 * quiet;
  const name = codeName(code.format);
  return (
    <svg
      className={width > height * 1.5 ? 'code code-wide' : 'code'}
      viewBox={`${-quiet} ${-quiet} ${width} ${height}`}
      shapeRendering="crispEdges"
      role="img"
      aria-label={code.text === undefined ? name : `${name}: ${code.text}`}
    >
      <rect x={-quiet} y={-quiet} width={width} height={height} fill="#fff" />
      <path d={codePath(code)} fill="#000" />
    </svg>
  );
};
