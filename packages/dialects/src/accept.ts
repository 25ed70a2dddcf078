/** A media range of an `Accept` header (RFC 9110, section 12.5.1). */
interface MediaRange {
  readonly type: string;
  readonly subtype: string;
  /** From 0 to 1. */
  readonly quality: number;
}

const RANGE = /^([!#$%&'*+.^_`|~\w-]+)\/([!#$%&'*+.^_`|~\w-]+)$/;
const QUALITY = /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/;

/**
 * Which of the media types on offer an `Accept` header prefers; undefined when it takes none. Without the header, or
 * with one that names no media range, the first is as good as any. Of types with the same weight the one wins that is
 * named more exactly, then the one named first. Parameters other than `q` are passed over.
 */
export function preferredMediaType(
  accept: string | undefined,
  offered: readonly string[],
): string | undefined {
  const ranges = accept === undefined ? [] : mediaRanges(accept);
  if (ranges.length === 0) return offered[0];
  let best: { readonly mediaType: string; readonly rank: readonly number[] } | undefined;
  for (const mediaType of offered) {
    const rank = rankOf(mediaType.toLowerCase(), ranges);
    if (rank && (!best || compareRanks(rank, best.rank) > 0)) best = { mediaType, rank };
  }
  return best?.mediaType;
}

/**
 * Weight, exactness and place of the range that says most of a media type: the most exact, of several the one with the
 * greatest weight. Undefined when it is not wanted.
 */
function rankOf(mediaType: string, ranges: readonly MediaRange[]): readonly number[] | undefined {
  const [type, subtype] = mediaType.split('/');
  let most: readonly [exactness: number, quality: number, place: number] = [-1, 0, 0];
  ranges.forEach((range, place) => {
    if (range.type !== '*' && range.type !== type) return;
    if (range.subtype !== '*' && range.subtype !== subtype) return;
    const exactness = Number(range.type !== '*') + Number(range.subtype !== '*');
    const says = [exactness, range.quality, -place] as const;
    if (compareRanks(says, most) > 0) most = says;
  });
  const [exactness, quality, place] = most;
  return quality > 0 ? [quality, exactness, place] : undefined;
}

function compareRanks(a: readonly number[], b: readonly number[]): number {
  const differing = a.findIndex((value, i) => value !== b[i]);
  return differing === -1 ? 0 : (a[differing] ?? 0) - (b[differing] ?? 0);
}

/** The ranges that can be read, in order. */
function mediaRanges(accept: string): readonly MediaRange[] {
  const ranges: MediaRange[] = [];
  for (const element of splitOutsideQuotes(accept, ',')) {
    const [range = '', ...parameters] = splitOutsideQuotes(element, ';');
    const [, type, subtype] = RANGE.exec(range.trim().toLowerCase()) ?? [];
    const quality = qualityOf(parameters);
    if (type === undefined || subtype === undefined || quality === undefined) continue;
    if (type === '*' && subtype !== '*') continue;
    ranges.push({ type, subtype, quality });
  }
  return ranges;
}

function qualityOf(parameters: readonly string[]): number | undefined {
  for (const parameter of parameters) {
    const [name = '', value = ''] = parameter.split('=', 2);
    if (name.trim().toLowerCase() !== 'q') continue;
    return QUALITY.test(value.trim()) ? Number(value) : undefined;
  }
  return 1;
}

/** A quoted string (RFC 9110, section 5.6.4) can hold what separates elements and parameters. */
function splitOutsideQuotes(text: string, separator: string): readonly string[] {
  const parts: string[] = [];
  let quoted = false;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (quoted && character === '\\') i++;
    else if (character === '"') quoted = !quoted;
    else if (character === separator && !quoted) {
      parts.push(text.slice(start, i));
      start = i + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}
