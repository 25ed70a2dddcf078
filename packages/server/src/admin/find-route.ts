import { type ConsoleFiles, showConsole } from './console-files.ts';
import { type Operation, ROUTES } from './routes.ts';

/** What is needed to answer. */
export type PlainOperation = Pick<Operation, 'handle' | 'role' | 'change'>;

export interface Route {
  readonly operations: Readonly<Record<string, PlainOperation>>;
  readonly path: Record<string, string>;
}

/** What is at a path: of the API, or of the console. */
export function findRoute(rawPath: string, console: ConsoleFiles): Route | undefined {
  const segments = rawPath.split('/');
  for (const [template, operations] of Object.entries(ROUTES)) {
    const path = match(template.split('/'), segments);
    if (path) return { operations, path };
  }
  return consoleRoute(console, rawPath);
}

/** What pages of the console load has names that change with every build: it is no part of the API. */
function consoleRoute(files: ConsoleFiles, rawPath: string): Route | undefined {
  if (!files.has(rawPath)) return undefined;
  return {
    operations: { GET: { role: 'anyone', handle: call => showConsole(call, rawPath) } },
    path: {},
  };
}

function match(template: readonly string[], segments: readonly string[]): Record<string, string> | undefined {
  if (template.length !== segments.length) return undefined;
  const path: Record<string, string> = {};
  for (const [i, step] of template.entries()) {
    const segment = segments[i] ?? '';
    if (!step.startsWith('{')) {
      if (step !== segment) return undefined;
      continue;
    }
    try {
      path[step.slice(1, -1)] = decodeURIComponent(segment);
    } catch {
      return undefined;
    }
  }
  return path;
}
