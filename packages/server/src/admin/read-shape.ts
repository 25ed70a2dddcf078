import type { z } from 'zod';
import { problem } from './admin-reply.ts';
import type { Refused } from './subject.ts';

const PROBLEMS_SHOWN = 5;

/** What a client sent, when it has the shape; else what to mend, each place in a line. */
export function readShape<Shape extends z.ZodType>(
  shape: Shape,
  value: unknown,
): { readonly value: z.infer<Shape> } | Refused {
  const parsed = shape.safeParse(value);
  if (parsed.success) return { value: parsed.data };
  const lines = parsed.error.issues.slice(0, PROBLEMS_SHOWN).map(({ path, message }) => {
    const where = path.map(String).join('.');
    return where ? `${where}: ${message}` : message;
  });
  return { refused: problem(400, 'request', lines.join('; ')) };
}
