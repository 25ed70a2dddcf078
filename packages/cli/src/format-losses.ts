import { formatLoss, formatPath, type Loss } from '@crossgate/core';
import type { PolicyFile } from './policy-file.ts';
import { formatExcerpt, sourceLines } from './source-excerpt.ts';
import { type Screen, type StyledLine, wrapBehind } from './styled-text.ts';

/** What a conversion could not carry over, each with where it stands in the document. */
export function formatLosses(
  losses: readonly Loss[],
  { document, source }: PolicyFile,
  screen: Screen,
): readonly StyledLine[] {
  const lines = sourceLines(document.text);
  return losses.flatMap((loss, index) => {
    const span = source.spanOf?.(loss.path);
    const place = span ? `${document.name}:${span.position.line}:${span.position.column}` : document.name;
    const entry = typeof loss.value === 'string' ? { entry: loss.value } : {};
    const separator: readonly StyledLine[] = index > 0 ? [[]] : [];
    return [
      ...separator,
      ...wrapBehind([{ text: `lost[${loss.code}]`, tone: 'doubtful' }, ' '], formatLoss(loss), screen, 2),
      [{ text: `  ${place}  ${formatPath(loss.path)}`, tone: 'faint' }],
      ...(span ? formatExcerpt(lines, [{ span, ...entry, tone: 'doubtful' }], screen) : []),
    ] satisfies readonly StyledLine[];
  });
}
