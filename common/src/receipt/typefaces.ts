import { openSync, type Font } from 'fontkit';
import { createRequire } from 'node:module';
import { basename } from 'node:path';

const { resolve } = createRequire(import.meta.url);

/** A typeface with which characters can be drawn. */
export interface Typeface {
  readonly name: string;
  readonly font: () => Font;
  readonly has: (codePoint: number) => boolean;
  /** Width of the character, without shaping, at size 1. */
  readonly widthOf: (codePoint: number) => number;
}

/** Its file is read when a character is first looked up in it. */
const openTypeface = (file: string): Typeface => {
  let opened: Font | undefined;
  const font = (): Font => {
    if (opened !== undefined) return opened;
    const found = openSync(file);
    if ('fonts' in found) throw new Error(`${file} is a collection of fonts`);
    opened = found;
    return found;
  };
  return {
    name: basename(file),
    font,
    has: (codePoint) => font().hasGlyphForCodePoint(codePoint),
    widthOf: (codePoint) => font().glyphForCodePoint(codePoint).advanceWidth / font().unitsPerEm,
  };
};

/** Their packages export their main files only. */
const fileBeside = (name: string, file: string): string =>
  resolve(name).replace(/dist[/\\]index\.\w+$/, `fonts/${file}`);

/** Latin with accents, Greek, Cyrillic, Hebrew, Arabic and symbols. */
export const regular = openTypeface(resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf'));
export const bold = openTypeface(resolve('dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf'));
const japanese = openTypeface(fileBeside('@embedpdf/fonts-jp', 'NotoSansJP-Regular.otf'));
const chinese = openTypeface(fileBeside('@embedpdf/fonts-sc', 'NotoSansHans-Regular.otf'));
const korean = openTypeface(fileBeside('@embedpdf/fonts-kr', 'NotoSansKR-Regular.otf'));

/** In order of preference. Chinese, Japanese and Korean write some characters that Unicode unites in different ways. */
export const typefacesFor = (text: string): readonly Typeface[] => {
  if (/\p{Script=Hangul}/u.test(text)) return [regular, korean, japanese, chinese];
  if (/[\p{Script=Hiragana}\p{Script=Katakana}]/u.test(text)) return [regular, japanese, chinese, korean];
  return [regular, chinese, japanese, korean];
};
