import * as armchair from 'lucide-react/icons/armchair';
import * as arrowDown from 'lucide-react/icons/arrow-down-to-line';
import * as arrowLeft from 'lucide-react/icons/arrow-left';
import * as arrowRight from 'lucide-react/icons/arrow-right';
import * as calendar from 'lucide-react/icons/calendar-days';
import * as alert from 'lucide-react/icons/circle-exclamation-point';
import * as check from 'lucide-react/icons/circle-check';
import * as info from 'lucide-react/icons/info';
import * as drama from 'lucide-react/icons/drama';
import * as flask from 'lucide-react/icons/flask-conical';
import * as laugh from 'lucide-react/icons/face-grinning';
import * as lock from 'lucide-react/icons/lock';
import * as pin from 'lucide-react/icons/map-pin';
import * as menu from 'lucide-react/icons/menu';
import * as music from 'lucide-react/icons/eighth-notes';
import * as plus from 'lucide-react/icons/plus';
import * as search from 'lucide-react/icons/search';
import * as shield from 'lucide-react/icons/shield-check';
import * as filters from 'lucide-react/icons/sliders-horizontal';
import * as tent from 'lucide-react/icons/tent';
import * as ticket from 'lucide-react/icons/ticket';
import * as timer from 'lucide-react/icons/timer';
import * as trophy from 'lucide-react/icons/trophy';
import * as close from 'lucide-react/icons/x';
import * as z from 'zod/mini';
import type { IconName } from '../../components/icon.tsx';

const modules: Readonly<Record<IconName, unknown>> = {
  alert,
  armchair,
  'arrow-down': arrowDown,
  'arrow-left': arrowLeft,
  'arrow-right': arrowRight,
  calendar,
  check,
  close,
  drama,
  filters,
  flask,
  info,
  laugh,
  lock,
  menu,
  music,
  pin,
  plus,
  search,
  shield,
  tent,
  ticket,
  timer,
  trophy,
};

/** The icon as data, which Lucide's modules export beside the component; their types declare the component only. */
const iconModule = z.object({
  __iconData: z.object({
    node: z.array(z.tuple([z.string(), z.record(z.string(), z.union([z.string(), z.number()]))])),
  }),
});

const shapes = (module: unknown): string => {
  const { __iconData: icon } = iconModule.parse(module);
  return icon.node
    .map(([tag, attributes]) => {
      const text = Object.entries(attributes).flatMap(([name, value]) =>
        name === 'key' ? [] : [`${name}="${value}"`],
      );
      return `<${tag} ${text.join(' ')}/>`;
    })
    .join('');
};

const sprite = (): string => {
  const symbols = Object.entries(modules).map(
    ([name, module]) => `<symbol id="${name}" viewBox="0 0 24 24">${shapes(module)}</symbol>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join('')}</svg>`;
};

export const dynamic = 'force-static';

/** All icons in one file that browsers cache: a page refers to them by name and needs no JavaScript for them. */
export const GET = (): Response =>
  new Response(sprite(), {
    headers: { 'Content-Type': 'image/svg+xml', 'Cache-Control': 'public, max-age=3600' },
  });
